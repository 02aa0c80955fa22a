import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, it } from 'vitest'
import { stopOnSignal } from './stop.ts'

it('a request that is on the way on a connection that is kept alive is answered', async () => {
  const server = createServer((_request, response) => void response.end('answer'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const failed = new AbortController()
  const err = { write: () => {} }
  const stopped = stopOnSignal(server, { err, failed: failed.signal } as never, 5)
  const socket = connect(port, '127.0.0.1')
  const idle = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (piece: Uint8Array) => {
    text += Buffer.from(piece).toString()
  })
  const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
  socket.write(request)
  await once(socket, 'data')
  failed.abort()
  socket.write(request)
  await Promise.all([stopped, once(socket, 'close'), once(idle, 'close')])
  expect(text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2)
  expect(text.match(/connection: close/gi)).toHaveLength(1)
})
