import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that a server has received. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The status and the body of an answer. */
export type Answer = readonly [status: number, body?: string]

/** A local server, which keeps the requests. It gives no answer where `answer` returns undefined. */
export async function listen(answer: (request: Received) => Answer | undefined) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      const message = { path: request.url ?? '', headers: request.headers, body }
      received.push(message)
      const [status, text = ''] = answer(message) ?? []
      if (status) response.writeHead(status).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { root, received, close }
}
