import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Answering, answerTo } from './answer.ts'
import { requireHost } from './hosts.ts'
import { HttpError } from './http-error.ts'
import { maxHeader } from './limits.ts'
import { readJsonBody } from './read-body.ts'

export interface ServerOptions extends Answering {
  /** Names that the Host header may have, in addition to addresses and localhost. */
  readonly hosts: readonly string[]
  /** The origin of pages that may ask this server, or `*`. */
  readonly cors?: string
  readonly page: string
  readonly openApi: object
  /** The description that `GET /health` returns. */
  readonly health: object
}

type Handler = (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<Answer> | Answer

interface Answer {
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Creates the server, which does not listen yet. */
export function createModelServer(options: ServerOptions): Server {
  const { limits } = options
  const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    '/': { GET: () => ({ type: 'text/html; charset=utf-8', body: options.page, headers: pagePolicy }) },
    '/health': { GET: () => json({ status: 'ok', ...options.health }) },
    '/openapi.json': { GET: () => json(options.openApi) },
    '/predict': {
      POST: async (request, response, signal) => {
        const body = await readJsonBody(request, response, limits.maxBody)
        return json(await answerTo(body, options, signal))
      },
    },
  }
  const server = createServer(
    {
      maxHeaderSize: maxHeader,
      headersTimeout: Math.min(5000, limits.timeout * 1000),
      requestTimeout: limits.timeout * 1000,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 500,
    },
    (request, response) => void handle(request, response),
  )
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => void handle(request, response))
  server.on('clientError', refuseUnreadable)
  server.maxConnections = Math.max(1024, 4 * limits.maxRequests)
  return server

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController()
    const expire = () =>
      controller.abort(new HttpError(408, 'timeout', `The request took more than ${limits.timeout} s.`))
    const timer = setTimeout(expire, limits.timeout * 1000)
    response.on('close', () => controller.abort(new HttpError(499, 'closed', 'The client has closed the connection.')))
    response.on('error', () => {})
    try {
      const answer = await within(controller.signal, respond(request, response, controller.signal))
      send(request, response, 200, answer, options)
    } catch (error) {
      const known = error instanceof HttpError ? error : internal(error)
      send(request, response, known.status, errorAnswer(known), options)
    } finally {
      clearTimeout(timer)
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<Answer> {
    requireHost(request.headers.host, options.hosts)
    const path = (request.url ?? '/').split('?', 1)[0]!
    const methods = Object.hasOwn(routes, path) ? routes[path]! : undefined
    if (!methods) {
      throw new HttpError(
        404,
        'not-found',
        `There is no '${path.slice(0, 80)}'; there are ${Object.keys(routes).join(', ')}.`,
      )
    }
    const { method = 'GET' } = request
    if (method === 'OPTIONS' && options.cors !== undefined) return { type: '', body: '' }
    const handler = methods[method === 'HEAD' ? 'GET' : method]
    if (handler) return handler(request, response, signal)
    const allow = Object.keys(methods).join(', ')
    throw new HttpError(405, 'bad-method', `${path} takes ${allow}, and not ${method}.`, { allow })
  }
}

const pagePolicy = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
}

/** The result of `work`, or the reason of `signal` as soon as it is aborted. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}

function json(value: object): Answer {
  return { type: 'application/json', body: `${JSON.stringify(value)}\n` }
}

function errorAnswer({ code, message, headers }: HttpError): Answer {
  return { ...json({ error: { code, message } }), headers }
}

function internal(error: unknown): HttpError {
  const message = error instanceof Error ? error.message : String(error)
  // errors of data and shapes that only the model finds
  const isData = error instanceof Error && /^(DataError|ShapeError)$/.test(error.name)
  return isData
    ? new HttpError(400, 'bad-value', message)
    : new HttpError(500, 'failed', `The prediction failed: ${message}`)
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  { type, body, headers = {} }: Answer,
  { cors }: ServerOptions,
): void {
  if (response.headersSent || response.destroyed) return
  const { origin } = request.headers
  const allowed = cors !== undefined && origin !== undefined && (cors === '*' || cors === origin)
  // the rest of a body is not read, so the connection cannot be used again
  const isUnread = !request.complete
  response.writeHead(type === '' ? 204 : status, {
    ...(type !== '' && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...(cors !== undefined && { vary: 'Origin' }),
    ...(allowed && {
      'access-control-allow-origin': cors,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type',
    }),
    ...(isUnread && { connection: 'close' }),
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : body, () => {
    if (isUnread) discard(request)
  })
}

/** Gives a client that is still sending the time to read the answer, and closes the connection. */
function discard(request: IncomingMessage): void {
  request.resume()
  setTimeout(() => request.socket.destroy(), 500).unref()
}

/** Answers what is no HTTP, a header that is too large and a client that is too slow. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'too-large', `The header has more than ${maxHeader} bytes.`]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'timeout', 'The request took too long.']
        : ['400 Bad Request', 'bad-http', 'The request is not HTTP.']
  const body = `${JSON.stringify({ error: { code, message } })}\n`
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
  setTimeout(() => socket.destroy(), 500).unref()
}
