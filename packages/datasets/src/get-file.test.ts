import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ensureFile } from './files/platform-file-cache.ts'
import { getFile } from './get-file.ts'
import { getFileBytes } from './get-file-bytes.ts'
import { tarGz, zip } from './testing/archives.ts'
import { serve, serveFiles } from './testing/file-server.ts'

let cacheDir: string
const closers: (() => Promise<void>)[] = []
const opened = <T extends { close(): Promise<void> }>(server: T) => {
  closers.push(server.close)
  return server
}

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'gradus-cache-'))
})

afterEach(async () => {
  vi.unstubAllGlobals()
  for (const close of closers.splice(0)) await close()
  await rm(cacheDir, { recursive: true })
})

const data = new Uint8Array(300_000).map((_, i) => (i * 7) % 256)
const hashOf = (algorithm: string) => createHash(algorithm).update(data).digest('hex')
const files = () => readdir(join(cacheDir, 'datasets'), { recursive: true })

describe('getFile', () => {
  it('downloads once, into the cache of Keras, with progress', async () => {
    const { root, requests } = opened(await serveFiles({ 'a/data%20x.bin': data }))
    const seen: number[] = []
    const origin = `${root}/a/data%20x.bin?version=1`
    const server = opened(await serve((_, response) => response.end(data)))
    const onProgress = ({ loaded }: { loaded: number }) => void seen.push(loaded)
    const path = await getFile({ origin: origin.replace('?version=1', ''), cacheDir, onProgress })
    expect(path).toBe(join(cacheDir, 'datasets', 'data x.bin'))
    expect(Buffer.compare(await readFile(path), data)).toBe(0)
    expect([seen[0], seen.at(-1)]).toEqual([0, data.length])
    await getFile({ origin: origin.replace('?version=1', ''), cacheDir })
    expect(requests).toHaveLength(1)
    await getFile({ origin: `${server.root}/?q`, fname: 'other', cacheSubdir: 'models', cacheDir })
    expect(await readdir(join(cacheDir, 'models'))).toEqual(['other'])
    await getFile({ origin: `${root}/a/data%20x.bin`, cacheDir, forceDownload: true })
    expect(requests).toHaveLength(2)
  })

  it('compares checksums, also of a file that is there', async () => {
    const { root, requests } = opened(await serveFiles({ 'x.bin': data }))
    const origin = `${root}/x.bin`
    for (const algorithm of ['sha256', 'md5']) {
      await getFile({ origin, cacheDir, fileHash: hashOf(algorithm), hashAlgorithm: 'auto' })
    }
    expect(requests).toHaveLength(1)
    await writeFile(join(cacheDir, 'datasets/x.bin'), 'other')
    await getFile({ origin, cacheDir, fileHash: hashOf('sha256') })
    expect(requests).toHaveLength(2)
    const wrong = getFile({ origin, cacheDir, fname: 'y', fileHash: '0'.repeat(64) })
    await expect(wrong).rejects.toThrow(
      `${origin} is not the file that was expected: its sha256 is ${hashOf('sha256')} and not ${'0'.repeat(64)}.`,
    )
    expect(await files()).toEqual(['x.bin'])
  })

  it('continues after an interruption where it stopped', async () => {
    const { root, requests } = opened(
      await serve((request, response, count) => {
        const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0)
        const headers = { etag: '"v1"', 'content-length': data.length - from }
        const range = { ...headers, 'content-range': `bytes ${from}-${data.length - 1}/${data.length}` }
        response.writeHead(from ? 206 : 200, from ? range : headers)
        response.write(data.subarray(from, from + 100_000), () => {
          if (count < 3) setTimeout(() => response.destroy(), 200)
          else response.end(data.subarray(from + 100_000))
        })
      }),
    )
    const path = await getFile({ origin: `${root}/x.bin`, cacheDir, fileHash: hashOf('sha256') })
    expect(Buffer.compare(await readFile(path), data)).toBe(0)
    const starts = requests.map((request) => Number(/bytes=(\d+)-$/.exec(request)?.[1] ?? 0))
    expect(starts).toEqual([0, expect.any(Number), expect.any(Number)])
    expect(0 < starts[1]! && starts[1]! < starts[2]!).toBe(true)
  })

  it('starts again if the server has no ranges or another file', async () => {
    for (const etag of [undefined, '"new"']) {
      const { root, requests } = opened(
        await serve((_, response, count) => {
          const tag = count === 1 ? '"old"' : etag
          response.writeHead(200, { 'content-length': data.length, ...(etag && { etag: tag }) })
          if (count > 1) response.end(data)
          else response.write(data.subarray(0, 5000).fill(1), () => setTimeout(() => response.destroy(), 200))
        }),
      )
      const path = await getFile({ origin: `${root}/x.bin`, fname: `x${etag}`, cacheDir })
      expect(Buffer.compare(await readFile(path), data)).toBe(0)
      expect(requests).toEqual(['/x.bin', etag ? expect.stringMatching(/^\/x.bin bytes=\d+-$/) : '/x.bin'])
    }
  })

  it('removes what ended programs have left, and nothing else', async () => {
    const { root } = opened(await serveFiles({ 'x.bin': data }))
    const folder = join(cacheDir, 'datasets')
    await mkdir(folder)
    for (const [name, age] of [
      ['.x.bin.1-a.part', 2],
      ['.x.bin.2-b.part', 0],
      ['.y.bin.3-c.part', 2],
    ] as const) {
      await writeFile(join(folder, name), '')
      const time = Date.now() / 1000 - age * 86_400
      await utimes(join(folder, name), time, time)
    }
    await getFile({ origin: `${root}/x.bin`, cacheDir })
    expect(await files()).toEqual(['.x.bin.2-b.part', '.y.bin.3-c.part', 'x.bin'])
  })

  it('is right when several programs download at once', async () => {
    const { root } = opened(await serve((_, response) => setTimeout(() => response.end(data), 20)))
    const target = join(cacheDir, 'x.bin')
    const checksum = { algorithm: 'md5', hex: hashOf('md5') } as const
    // without turns, as in different processes
    const download = () => ensureFile({ origin: `${root}/x.bin`, target, checksum, force: false })
    expect(await Promise.all([download(), download(), download()])).toEqual([true, true, true])
    expect(await readdir(cacheDir)).toEqual(['x.bin'])
    expect(await download()).toBe(false)
  })

  it('gives up after several interruptions, and leaves nothing', async () => {
    const { root, requests } = opened(await serve((_, response) => response.destroy()))
    await expect(getFile({ origin: `${root}/x.bin`, cacheDir })).rejects.toThrow('cannot be downloaded: there is no')
    expect(requests).toHaveLength(4)
    expect(await files()).toEqual([])
  })

  it.each([
    [404, 'the server answers 404 Not Found. Check the address.', 1],
    [403, 'the server answers 403 Forbidden', 1],
    [503, 'the server answers 503 Service Unavailable', 4],
  ])('status %i', async (status, message, count) => {
    const { root, requests } = opened(await serve((_, response) => response.writeHead(status).end('no')))
    await expect(getFile({ origin: `${root}/x.bin`, cacheDir })).rejects.toThrow(message)
    expect(requests).toHaveLength(count)
  })

  it('refuses pages and pointers in place of files', async () => {
    const page = '\n<!DOCTYPE html><html><body>Sign in</body></html>'
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n'
    const { root } = opened(await serveFiles({ 'x.bin': page, 'y.npz': pointer, 'page.html': page }))
    await expect(getFile({ origin: `${root}/x.bin`, cacheDir })).rejects.toThrow(
      `${root}/x.bin is an HTML page, as servers send for errors and for logging in. Check the address.`,
    )
    await expect(getFile({ origin: `${root}/y.npz`, cacheDir })).rejects.toThrow('is a pointer of Git LFS')
    await getFile({ origin: `${root}/page.html`, cacheDir })
    expect(await files()).toEqual(['page.html'])
  })

  it('downloads a file once that is asked for several times', async () => {
    const { root, requests } = opened(await serveFiles({ 'x.bin': data }))
    const all = await Promise.all(Array.from({ length: 5 }, () => getFile({ origin: `${root}/x.bin`, cacheDir })))
    expect(new Set(all).size).toBe(1)
    expect(requests).toHaveLength(1)
    expect(await files()).toEqual(['x.bin'])
  })

  it('can be stopped', async () => {
    const { root } = opened(await serve((_, response) => void response.write('a')))
    const signal = AbortSignal.timeout(100)
    await expect(getFile({ origin: `${root}/x.bin`, cacheDir, signal })).rejects.toThrow('timeout')
    expect(await files()).toEqual([])
  })

  it('extracts archives, with the names of Keras', async () => {
    const { root, requests } = opened(
      await serveFiles({ 'd.tar.gz': tarGz([{ name: 'd/a', data: 'x' }]), 'e.zip': zip([{ name: 'b', data: 'y' }]) }),
    )
    const origin = `${root}/d.tar.gz`
    const path = await getFile({ origin, cacheDir, extract: true })
    expect(path).toBe(join(cacheDir, 'datasets/d.tar.gz'))
    expect(await readFile(join(path, 'd/a'), 'utf8')).toBe('x')
    await getFile({ origin, cacheDir, extract: true })
    expect(requests).toHaveLength(1)
    expect(await getFile({ origin, cacheDir, extract: true, fname: 'flowers' })).toMatch(/flowers$/)
    expect(await getFile({ origin: `${root}/e.zip`, cacheDir, extract: true, fname: 'e.zip' })).toMatch(/e_extracted$/)
    expect((await readdir(join(cacheDir, 'datasets'))).sort()).toEqual(
      ['d.tar.gz', 'd.tar.gz_archive', 'e.zip', 'e_extracted', 'flowers', 'flowers_archive'].sort(),
    )
  })

  it('names what is wrong with options and folders', async () => {
    const origin = 'http://127.0.0.1:9/x'
    await expect(getFile({ origin: 'x.bin', cacheDir })).rejects.toThrow(`'origin' is "x.bin"; expected an address`)
    await expect(getFile({ origin, fname: '../x', cacheDir })).rejects.toThrow('expected a name without a folder')
    await expect(getFile({ origin: 'http://127.0.0.1:9/', cacheDir })).rejects.toThrow('has no file name at its end')
    await expect(getFile({ origin, cache_dir: 'x' } as never)).rejects.toThrow("Did you mean 'cacheDir'?")
    await expect(getFile({ origin, cacheDir })).rejects.toThrow('there is no connection to the server')
    await writeFile(join(cacheDir, 'file'), '')
    const inFile = { origin, cacheDir: join(cacheDir, 'file') }
    await expect(getFile(inFile)).rejects.toThrow("is a file, not a folder. Pass the folder for files as 'cacheDir'.")
  })
})

describe('getFileBytes', () => {
  it('reads the cache of getFile', async () => {
    const { root, requests } = opened(await serveFiles({ 'x.bin': data }))
    await getFile({ origin: `${root}/x.bin`, cacheDir })
    expect(Buffer.compare(await getFileBytes({ origin: `${root}/x.bin`, cacheDir }), data)).toBe(0)
    expect(requests).toHaveLength(1)
  })

  it('works where the cache cannot be written', async () => {
    const { root, requests } = opened(await serveFiles({ 'x.bin': data }))
    await writeFile(join(cacheDir, 'file'), '')
    const options = { origin: `${root}/x.bin`, cacheDir: join(cacheDir, 'file'), fileHash: hashOf('md5') }
    expect(await getFileBytes(options)).toHaveLength(data.length)
    await expect(getFileBytes({ ...options, fileHash: '1'.repeat(32) })).rejects.toThrow('its md5 is')
    expect(requests).toHaveLength(2)
  })

  it('uses the cache of a page', async () => {
    const { root, requests } = opened(await serveFiles({ 'x.bin': data }))
    const kept = new Map<string, Response>()
    vi.stubGlobal('process', undefined)
    vi.stubGlobal('caches', {
      open: async () => ({
        match: async (address: string) => kept.get(address)?.clone(),
        put: async (address: string, response: Response) => void kept.set(address, response),
      }),
    })
    const options = { origin: `${root}/x.bin`, fileHash: hashOf('sha256') }
    for (let i = 0; i < 2; i++) expect(await getFileBytes(options)).toHaveLength(data.length)
    expect(requests).toHaveLength(1)
    kept.set(options.origin, new Response('changed'))
    expect(await getFileBytes(options)).toHaveLength(data.length)
    expect(requests).toHaveLength(2)
    await expect(getFile(options)).rejects.toThrow('this platform has no files. Use getFileBytes')
    await expect(getFileBytes({ origin: 'http://127.0.0.1:9/x' })).rejects.toThrow('(CORS)')
  })
})
