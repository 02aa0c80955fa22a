import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type PreviewServer, preview } from 'vite'

// GRADUS_CHROMIUM names the browser; the default is the path of Debian's package.
const executablePath = process.env.GRADUS_CHROMIUM ?? '/usr/bin/chromium'

/** A server of the built site, and a browser. */
export class Served {
  /** The errors of all pages. */
  readonly errors: string[] = []

  private constructor(
    private readonly server: PreviewServer,
    private readonly browser: Browser,
    private readonly address: string,
  ) {}

  /** Starts both. `webgpu` enables WebGPU on machines without a GPU. */
  static async open({ webgpu = false } = {}): Promise<Served> {
    const root = new URL('../..', import.meta.url).pathname
    const server = await preview({ root, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'warn' })
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', ...(webgpu ? ['--enable-unsafe-webgpu'] : [])],
    })
    return new Served(server, browser, server.resolvedUrls!.local[0]!)
  }

  /** Opens a page of the site and waits for its run. */
  async page(fragment = '', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.browser.newPage(options)
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text())
    })
    await page.goto(`${this.address}#${fragment}`)
    await page.locator('[data-value=step]').waitFor()
    return page
  }

  async close(): Promise<void> {
    await this.browser.close()
    await this.server.close()
  }
}

/** The text of a value, with ASCII minus signs. */
export async function textOf(page: Page, name: string): Promise<string> {
  const text = await page.locator(`[data-value=${name}]`).first().textContent()
  return (text ?? '').replaceAll('\u2212', '-')
}

/** The number in the text of a value. */
export async function numberOf(page: Page, name: string): Promise<number> {
  return Number.parseFloat(await textOf(page, name))
}
