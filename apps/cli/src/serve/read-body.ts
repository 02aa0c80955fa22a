import type { IncomingMessage, ServerResponse } from 'node:http'
import { shortened } from '../text/shortened.ts'
import { HttpError } from './http-error.ts'

/** Reads the body of a request as JSON. Throws `HttpError` for other types, bodies that are too large, and text that is no JSON. */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<unknown> {
  const { 'content-type': type = '', 'content-encoding': encoding, 'content-length': length, expect } = request.headers
  const [name = '', ...parameters] = type.toLowerCase().split(';')
  const charset = parameters.map((text) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(text)?.[1]).find(Boolean)
  if (name.trim() !== 'application/json' || (charset && charset !== 'utf-8' && charset !== 'utf8')) {
    throw new HttpError(
      415,
      'bad-type',
      `The content type is '${shortened(type)}'; expected application/json in UTF-8.`,
    )
  }
  if (encoding && encoding !== 'identity') {
    throw new HttpError(415, 'bad-encoding', `The content encoding is '${shortened(encoding)}'; expected none.`)
  }
  const tooLarge = () =>
    new HttpError(413, 'too-large', `The body has more than ${maxBytes} bytes, the limit of this server.`)
  if (Number(length) > maxBytes) throw tooLarge()
  if (expect) response.writeContinue()
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    size += (piece as Uint8Array).length
    if (size > maxBytes) throw tooLarge()
    pieces.push(piece as Uint8Array)
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
  } catch {
    throw new HttpError(400, 'bad-json', 'The body is not valid UTF-8.')
  }
  if (text.trim() === '')
    throw new HttpError(400, 'bad-json', 'The body is empty; expected JSON such as {"inputs": [[1, 2]]}.')
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new HttpError(400, 'bad-json', `The body is not JSON: ${shortened((error as Error).message, 200)}.`)
  }
}
