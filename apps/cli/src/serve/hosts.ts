import { isIP } from 'node:net'
import { HttpError } from './http-error.ts'

/**
 * Throws `HttpError` where a request is for the server of another name. A page of a hostile site can give its name the address of
 * this machine (DNS rebinding); its requests have that name in the Host header. Addresses, localhost and `allowed` are accepted.
 */
export function requireHost(header: string | undefined, allowed: readonly string[]): void {
  const name = hostName(header ?? '')
  if (name !== undefined && (isIP(name) !== 0 || name === 'localhost' || allowed.includes(name))) return
  throw new HttpError(
    403,
    'bad-host',
    `The Host header is '${(header ?? '').slice(0, 80)}', which is not a name of this server. Start it with --allow-host NAME to accept it.`,
  )
}

function hostName(header: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d+)?$/.exec(header.trim().toLowerCase()) ?? []
  return bracketed ?? plain
}
