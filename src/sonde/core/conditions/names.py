"""The resolver: what `getaddrinfo` reports, and what name servers answer.

Sources: `getaddrinfo(3)`, RFC 3493 section 6.1 (EAI_*; numbers differ between systems); IANA "DNS RCODEs" registry
(RFC 1035 section 4.1.1, RFC 2136, RFC 8945, RFC 6895).
"""

__all__ = ["FAMILIES"]

GAI = """
EAI_ADDRFAMILY | dns | The host has no address of the wanted family | Ask for any family (AF_UNSPEC), or give the host an A or AAAA record.
EAI_AGAIN | dns retry | The name server did not answer, for now | Check /etc/resolv.conf and that the name server can be reached (`getent hosts NAME`); in a container or pod just started the network may not be up yet. Usually it mends itself.
EAI_BADFLAGS | internal | Bad flags for getaddrinfo
EAI_BADHINTS | internal | Bad hints for getaddrinfo
EAI_FAIL | dns | The name server answered that it failed for good | Look at the name server's own log and at the zone; DNSSEC failures look like this.
EAI_FAMILY | configuration | The address family is not supported | Often IPv6 where it is switched off: use an IPv4 address or enable it.
EAI_MAX | internal | An unknown resolver error
EAI_MEMORY | resource_exhausted retry | No memory left for the resolver
EAI_NODATA | dns | The host exists and has no address | The name has no A or AAAA record: add one, or use another name.
EAI_NONAME | dns retry | The host name is not known | Check the spelling of the endpoint and the search domain (`getent hosts NAME`); in Kubernetes `service.namespace.svc`, in Compose the service's name and the same network. A record that was just made needs a moment.
EAI_OVERFLOW | internal | A buffer for getaddrinfo is too small
EAI_PROTOCOL | dns | The resolver does not know the protocol
EAI_SERVICE | configuration | The service name is not known for this socket type | Write the port as a number.
EAI_SOCKTYPE | internal | The socket type is not supported
EAI_SYSTEM | dns retry | The system failed while resolving | The errno beneath says what: often too many open files, or no network.
EAI_IDN_ENCODE | validation | The host name cannot be written as an internationalised name | Check the name for characters that no host name may have.
EAI_INPROGRESS | dns retry | The request is still in progress
EAI_CANCELED | dns retry | The request was cancelled
EAI_NOTCANCELED | dns | The request could not be cancelled
EAI_ALLDONE | dns info | All requests are done
EAI_INTR | dns retry | Interrupted by a signal
"""

DNS = """
NOERROR = 0 | ok info | The name server answered
FORMERR = 1 | dns | The name server could not read the query | Something on the way changes DNS packets, or the server is very old: try another name server.
SERVFAIL = 2 | dns retry | The name server failed | Its upstream is away, or DNSSEC validation failed: try `dig NAME @1.1.1.1` to see whether only this server fails.
NXDOMAIN = 3 | dns | The name does not exist | Check the spelling and the search domains; a name just made may be remembered as absent for the zone's negative TTL.
NOTIMP = 4 | dns | The name server does not know this kind of query
REFUSED = 5 | dns | The name server refused | It does not serve this client: use the network's own resolver, or allow this address in its configuration.
YXDOMAIN = 6 | dns | A name exists when it should not
YXRRSET = 7 | dns | A record set exists when it should not
NXRRSET = 8 | dns | A record set that should exist does not
NOTAUTH = 9 | dns | The server is not authoritative, or the query not authorised
NOTZONE = 10 | dns | The name is not in the zone
DSOTYPENI = 11 | dns | The DSO type is not implemented
BADVERS = 16 | dns | Bad OPT version, or a TSIG signature failure
BADKEY = 17 | dns | The key is not recognised
BADTIME = 18 | dns | The signature is out of its time window | Set both clocks right (NTP).
BADMODE = 19 | dns | Bad TKEY mode
BADNAME = 20 | dns | Duplicate key name
BADALG = 21 | dns | The algorithm is not supported
BADTRUNC = 22 | dns | Bad truncation
BADCOOKIE = 23 | dns retry | A server cookie is missing or wrong
"""

FAMILIES = {
    "gai": ("Resolver errors (`getaddrinfo(3)`, RFC 3493)", GAI),
    "dns": ("DNS response codes (IANA DNS RCODEs)", DNS),
}
