import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A local server; `requests` are the paths and ranges that were asked for. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push([request.url, request.headers.range].filter(Boolean).join(' '))
    answer(request, response, requests.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { root, requests, close }
}

/** A server of files by path, with ranges. */
export function serveFiles(files: { readonly [path: string]: Uint8Array | string }) {
  return serve((request, response) => {
    const file = files[request.url!.slice(1)]
    if (file === undefined) response.writeHead(404).end('<!DOCTYPE html><title>Not found</title>')
    else response.writeHead(200, { 'content-length': Buffer.byteLength(file) }).end(file)
  })
}
