import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium } from 'playwright-core'
import { bundle } from './bundle.ts'
import type { Findings } from './page.ts'

/** The kinds of page with their headers. */
const headers = {
  plain: {},
  isolated: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  strict: { 'content-security-policy': "default-src 'none'; script-src 'self'" },
  permitting: { 'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" },
} as const

/** Makes a page one in the background, before its scripts run. */
function hide(): void {
  const page = globalThis as unknown as Record<string, unknown> & { readonly document: object }
  const later = setTimeout
  Object.defineProperty(page.document, 'visibilityState', { get: () => 'hidden' })
  Object.defineProperty(page.document, 'hidden', { get: () => true })
  Object.assign(page, {
    requestAnimationFrame: () => 0,
    requestIdleCallback: () => 0,
    setTimeout: (run: () => void, ms = 0) => later(run, Math.max(1000, ms)),
  })
}

/** Serves the pages, and opens them in Chromium. */
export class Pages {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async open(executablePath: string): Promise<Pages> {
    const script = await bundle('page.ts')
    const server = createServer(({ url = '' }, response) => {
      const [, kind = '', file] = url.split(/[/?]/)
      const common = { ...headers[kind as keyof typeof headers], 'cross-origin-resource-policy': 'same-origin' }
      if (file === 'page.js') response.writeHead(200, { ...common, 'content-type': 'text/javascript' }).end(script)
      else {
        const body = '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>'
        response.writeHead(200, { ...common, 'content-type': 'text/html' }).end(body)
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // without this flag, Chromium has no WebGPU on machines without a GPU
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-webgpu'] })
    return new Pages(server, browser)
  }

  /**
   * Opens a page of a kind and returns its results. With `variant` the page also runs the checks of that variant. A `hidden` page is
   * one in the background: it has no animation frames, and its timers run once per second.
   */
  async findings(kind: keyof typeof headers, variant?: string, hidden = false): Promise<Findings> {
    const page = await this.browser.newPage()
    if (hidden) await page.addInitScript(hide)
    try {
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(String(error)))
      const { port } = this.server.address() as AddressInfo
      const query = variant ? `?variant=${encodeURIComponent(variant)}` : ''
      await page.goto(`http://127.0.0.1:${port}/${kind}/${query}`)
      await page
        .waitForFunction(() => 'findings' in globalThis, undefined, { timeout: 120_000 })
        .catch(() => {
          throw new Error(`The page does not start: ${errors.join('; ') || 'no error'}`)
        })
      const found = await page.evaluate(
        () => (globalThis as unknown as { findings: Promise<Findings & { failed?: string }> }).findings,
      )
      if (found.failed) throw new Error(found.failed)
      return found
    } finally {
      await page.close()
    }
  }

  async close(): Promise<void> {
    await this.browser.close()
    this.server.close()
  }
}
