import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { tarGz } from '../../packages/datasets/src/testing/archives.ts'
import { bundle } from './src/bundle.ts'

const executablePath = process.env.GRADUS_CHROMIUM ?? '/usr/bin/chromium'

const idx = (shape: number[], data: number[]) =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((size) => [0, 0, 0, size]), ...data])
const members = Object.entries({
  'train-images-idx3-ubyte': idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
  'train-labels-idx1-ubyte': idx([2], [3, 9]),
  't10k-images-idx3-ubyte': idx([1, 2, 2], [9, 9, 9, 9]),
  't10k-labels-idx1-ubyte': idx([1], [4]),
}).map(([name, data]) => ({ name, data }))

it('a page reads data sets from addresses, its cache and files, folders, and batches of threads', async () => {
  const files: Record<string, string | Uint8Array> = {
    '/page.js': await bundle('data-page.ts'),
    '/numbers.js': 'export class Numbers { getItem(i) { return { x: [[i]], y: new Float32Array([i * i]) } } }',
    '/mnist.tgz': tarGz(members),
    ...Object.fromEntries(members.map(({ name, data }) => [`/mnist/${name}.gz`, gzipSync(data)])),
  }
  const requests: string[] = []
  const server = createServer(({ url = '' }, response) => {
    requests.push(url)
    const file = files[url]
    if (url === '/')
      response.setHeader('content-type', 'text/html').end('<script type="module" src="page.js"></script>')
    else if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': url.endsWith('js') ? 'text/javascript' : 'x/y' }).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(`${root}/`)
    await page.waitForFunction(() => 'findings' in globalThis)
    const found = await page.evaluate(() => (globalThis as unknown as { findings: Promise<object> }).findings)
    expect(found).toEqual({
      shapes: [
        [2, 2, 2],
        [1, 2, 2],
      ],
      labels: [4, 4],
      fromFile: [2],
      wrong: expect.stringMatching(
        /mnist.tgz is not the file that was expected: its sha256 is [0-9a-f]{64} and not 0+/,
      ),
      missing: `${root}/none.npz cannot be downloaded: the server answers 404 Not Found. Check the address.`,
      otherSite: expect.stringContaining('the server does not allow pages of other sites to read the file (CORS)'),
      path: expect.stringContaining('this platform has no files. Use getFileBytes'),
      sounds: 'audioDatasetFromDirectory: this platform has no paths. Pass a FileSystemDirectoryHandle.',
      length: (files['/mnist/t10k-labels-idx1-ubyte.gz'] as Uint8Array).length,
      texts: [
        ['no', 'what a film'],
        [0, 1],
      ],
      batches: [0, 1, 4, 9].map((square) => Float32Array.of(square)),
    })
    // the forms without `.gz` of the same address are not asked for, and the second time the cache has the files
    for (const { name } of members) expect(requests.filter((url) => url === `/mnist/${name}.gz`)).toHaveLength(1)
  } finally {
    await browser.close()
    server.close()
  }
}, 120_000)
