"""The network: one attempt to deliver one request, over HTTP/1.1 or gRPC, by threads or by asyncio."""
