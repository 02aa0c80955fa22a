// Passes requests of the harness to a contestant in a page of headless Chromium. Argument: the bundle of the page. Other files
// of the page, such as the wasm of onnxruntime-web, are served from the folder of the bundle.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, extname, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Reply, Request } from '../../shared/contestant.ts'
import { answerLines } from '../../shared/serve.ts'

const [bundle = ''] = process.argv.slice(2)
const { GRADUS_CHROMIUM: executablePath = '/usr/bin/chromium' } = process.env
const types: Readonly<Record<string, string>> = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' }

const server = createServer(({ url = '/' }, response) => {
  const isolated = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
  }
  const { pathname } = new URL(url, 'http://localhost')
  const file = join(dirname(bundle), pathname)
  if (pathname === '/') {
    const body = `<!doctype html><meta charset="utf-8"><script type="module" src="/${basename(bundle)}"></script>`
    response.writeHead(200, { ...isolated, 'content-type': 'text/html' }).end(body)
  } else if (existsSync(file)) {
    response.writeHead(200, { ...isolated, 'content-type': types[extname(file)] }).end(readFileSync(file))
  } else response.writeHead(404, isolated).end()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

// without this flag, Chromium has no WebGPU on machines without a GPU
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-webgpu'] })
const page = await browser.newPage()
page.on('console', (message) => void (message.type() === 'error' && console.error(message.text())))
page.on('pageerror', (error) => console.error(String(error)))
await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
await page.waitForFunction(() => 'answer' in globalThis)

type Answering = { readonly answer: (request: Request) => Promise<Reply> }
await answerLines((request) => page.evaluate((asked) => (globalThis as unknown as Answering).answer(asked), request))
await browser.close()
process.exit()
