/* Asking Sonde's own API, typed by the server's description of itself (`schema.d.ts` is generated from /openapi.json). */
import type { paths } from './schema';

/** Paths that can be read. */
export type GetPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: unknown } } } ? P : never;
}[keyof paths];
type Operation<P extends GetPath> = paths[P] extends { get: infer O } ? O : never;
/** What a path answers with. */
export type Answer<P extends GetPath> =
  Operation<P> extends { responses: { 200: { content: { 'application/json': infer T } } } } ? T : unknown;

type Value = string | number | boolean | null | undefined | readonly string[];

/** An answer that says no: what happened and how to mend it, in the server's words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly category: string,
    message: string,
    readonly advice: string = '',
  ) {
    super(message);
    this.name = 'ApiError';
  }

  static from(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof TypeError)
      return new ApiError(
        0,
        'unreachable',
        'Sonde does not answer.',
        `Is it still running? Start it with “sonde serve”, then try again. (${text})`,
      );
    return new ApiError(0, 'unknown', text);
  }
}

/** The address of a question; path parameters are taken from `params`, lists repeat. */
export function address(path: string, params: Record<string, Value> = {}): string {
  const rest = new Map(Object.entries(params));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    return encodeURIComponent(String(value ?? ''));
  });
  const query = new URLSearchParams();
  for (const [name, value] of rest) {
    if (value == null || value === '') continue;
    if (Array.isArray(value)) for (const one of value as readonly string[]) query.append(name, one);
    else query.append(name, String(value));
  }
  const text = query.toString();
  return text ? `${filled}?${text}` : filled;
}

/** The JSON answer of a question. Rejects with `ApiError`. */
export async function get<P extends GetPath>(
  path: P,
  params?: Record<string, Value>,
  signal?: AbortSignal,
): Promise<Answer<P>> {
  return (await send('GET', address(path as string, params), undefined, signal)) as Answer<P>;
}

/** Send a change (or a long question); answers with what the server says, undefined where that is nothing. */
export async function send(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  href: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  const response = await fetch(href, init);
  const text = await response.text();
  if (!response.ok) throw refused(response, text);
  return text ? (JSON.parse(text) as unknown) : undefined;
}

/** The server's refusal as an error. */
export function refused(response: Response, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: { category: string; message: string; advice?: string } };
    return new ApiError(response.status, error.category, error.message, error.advice ?? '');
  } catch {
    return new ApiError(
      response.status,
      'unknown',
      `The server answered ${response.status} ${response.statusText}.`,
      text.slice(0, 300),
    );
  }
}
