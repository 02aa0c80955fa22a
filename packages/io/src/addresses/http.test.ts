import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DataError } from '@gradus/core'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeModel, readModelFile } from '../formats/model-files.ts'
import { joined } from '../read-pieces.ts'
import { openAddress } from './index.ts'

const whole = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251)
let server: Server | undefined

afterEach(() => server?.closeAllConnections())

/** Starts a server, and returns the address of a file on it and the ranges that were asked for. */
async function serve(answer: (response: ServerResponse, range: string | undefined) => void) {
  const ranges: (string | undefined)[] = []
  server = createServer((request, response) => {
    ranges.push(request.headers.range)
    answer(response, request.headers.range)
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`, ranges }
}

const read = async (address: string) => joined(await openAddress(address), {})

/** Sends a file from `start`, and breaks the connection after `bytes`. */
function sendPart(response: ServerResponse, start: number, bytes: number): void {
  response.write(whole.subarray(start, start + bytes))
  if (start + bytes < whole.length) setTimeout(() => response.destroy(), 50)
  else response.end()
}

const headers = (start: number) => ({
  etag: '"1"',
  'accept-ranges': 'bytes',
  'content-length': whole.length - start,
  ...(start > 0 && { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` }),
})

describe('files at http addresses', () => {
  it('are read', async () => {
    const { address } = await serve((response) => response.end(whole))
    expect(await read(address)).toEqual(whole)
  })

  it('are continued where the transfer broke', async () => {
    const { address, ranges } = await serve((response, range) => {
      const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0)
      response.writeHead(start > 0 ? 206 : 200, headers(start))
      sendPart(response, start, 100_000)
    })
    expect(await read(address)).toEqual(whole)
    expect(ranges.length).toBeGreaterThanOrEqual(3)
    expect(ranges[0]).toBeUndefined()
  })

  it.each([
    ['an hour', 3_600_000, true],
    ['a second', 1000, false],
  ])('of a server with dates are continued if they changed %s ago: %#', async (_, age, isContinued) => {
    const dates = { etag: 'W/"1"', 'last-modified': new Date(Date.now() - age).toUTCString() }
    const { address, ranges } = await serve((response, range) => {
      const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0)
      response.writeHead(start > 0 ? 206 : 200, { ...headers(start), ...dates })
      sendPart(response, start, 200_000)
    })
    if (isContinued) expect(await read(address)).toEqual(whole)
    else await expect(read(address)).rejects.toThrow('the transfer broke')
    expect(ranges).toHaveLength(isContinued ? 2 : 1)
  })

  it.each([
    ['no ranges', { etag: '"1"' }],
    ['a compressed file', { etag: '"1"', 'content-encoding': 'identity' }],
  ])('are continued by the whole file where the server has %s', async (_, given) => {
    let answers = 0
    const { address, ranges } = await serve((response) => {
      response.writeHead(200, { ...given, 'content-length': whole.length })
      if (++answers < 3) sendPart(response, 0, 100_000 * answers)
      else response.end(whole)
    })
    expect(await read(address)).toEqual(whole)
    expect(ranges).toHaveLength(3)
  })

  it('are not continued by a file that is shorter now', async () => {
    const { address } = await serve((response, range) => {
      response.writeHead(200, { etag: '"1"', 'content-length': range ? 10 : whole.length })
      if (range) response.end(whole.subarray(0, 10))
      else sendPart(response, 0, 1000)
    })
    await expect(read(address)).rejects.toThrow('the transfer broke after 1000 bytes')
  })

  it('are not continued by a range of another file', async () => {
    const { address } = await serve((response, range) => {
      const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0)
      const other = { 'content-range': `bytes ${start}-${whole.length}/${whole.length + 1}` }
      response.writeHead(start > 0 ? 206 : 200, { ...headers(start), ...(start > 0 && other) })
      sendPart(response, start, 1000)
    })
    await expect(read(address)).rejects.toThrow('the transfer broke after 1000 bytes')
  })

  it('that are too large are refused before they come', async () => {
    const { address } = await serve((response) => {
      response.writeHead(200, headers(0))
      response.write(whole.subarray(0, 10))
    })
    await expect(joined(await openAddress(address), { maxBytes: 1000 })).rejects.toThrow('it has more than 1000 bytes')
  })

  it.each([
    ['has no version', { 'accept-ranges': 'bytes' }],
    ['has only a weak tag', { etag: 'W/"1"', 'accept-ranges': 'bytes' }],
  ])('are not continued where the server %s', async (_, given) => {
    const { address, ranges } = await serve((response) => {
      response.writeHead(200, { ...given, 'content-length': whole.length })
      sendPart(response, 0, 1000)
    })
    await expect(read(address)).rejects.toThrow(/cannot be read: the transfer broke after 1000 bytes/)
    expect(ranges).toHaveLength(1)
  })

  it('are not joined from two versions', async () => {
    let version = 0
    const { address } = await serve((response) => {
      version++
      response.writeHead(200, { ...headers(0), etag: `"${version}"` })
      sendPart(response, 0, 1000)
    })
    await expect(read(address)).rejects.toThrow(/the transfer broke after 1000 bytes/)
  })

  it('throw the answer of the server', async () => {
    const { address } = await serve((response) => response.writeHead(404).end('<html>'))
    await expect(read(address)).rejects.toThrow(
      new DataError(`The file '${address}' cannot be read: the server answers 404 Not Found. Check the address.`),
    )
    server!.closeAllConnections()
    await new Promise((resolve) => server!.close(resolve))
    await expect(read(address)).rejects.toThrow(/cannot be read: there is no answer \(.*ECONNREFUSED.*\)/)
  })

  it('that are no models are not transferred to the end', async () => {
    let sent = 0
    const { address } = await serve((response) => {
      const send = () => {
        if (response.destroyed) return
        sent += whole.length
        response.write(whole, send)
      }
      response.writeHead(200).write('GGUF', send)
    })
    await expect(readModelFile(address)).rejects.toThrow('is a GGUF file of llama.cpp')
    const atRefusal = sent
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(sent - atRefusal).toBeLessThan(10e6)
    expect(sent).toBeLessThan(50e6)
  })

  it('are not transferred after the weights where the state of the optimizer is not wanted', async () => {
    const weight = {
      path: 'w',
      shape: [5000],
      dtype: 'float32' as const,
      trainable: true,
      data: new Float32Array(5000),
    }
    const state = { ...weight, path: 'm.w', shape: [2 ** 24], data: new Float32Array(2 ** 24) }
    const file = encodeModel({ header: { format: 1 }, weights: [weight], optimizer: [state] })
    let sent = 0
    const { address } = await serve((response) => {
      const send = () => {
        if (response.destroyed || sent >= file.length) return
        response.write(file.subarray(sent, (sent += 2 ** 16)), send)
      }
      response.writeHead(200, { 'content-length': file.length })
      send()
    })
    const { weights } = await readModelFile(address, undefined, { weightsOnly: true })
    expect(weights.map(({ path }) => path)).toEqual(['w'])
    expect(sent).toBeLessThan(file.length / 4)
  })

  it('may contain their data', async () => {
    expect(await read('data:application/octet-stream;base64,AQID')).toEqual(Uint8Array.of(1, 2, 3))
  })
})
