import { accessSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Download } from 'playwright-core'
import { bundle } from './bundle.ts'
import { formats, saveAs, trainedModel } from './files-model.ts'
import type { FileFindings } from './files-page.ts'
import { type Host, type Report, run } from './files-program.ts'
import { FileServer } from './files-server.ts'
import { foreign } from './foreign.ts'

const executablePath = process.env.GRADUS_CHROMIUM ?? '/usr/bin/chromium'

const forAll = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': '*',
}

/** Makes the files, serves them, and runs the program of files. */
export class FilesRun {
  /** The results of saving where the browser gives no more space. */
  full: unknown

  private constructor(
    readonly folder: string,
    readonly server: FileServer,
    /** A server of another origin that permits pages of all origins. */
    readonly open: FileServer,
    /** A server of another origin that permits none. */
    readonly closed: FileServer,
  ) {}

  static async start(): Promise<FilesRun> {
    accessSync(executablePath)
    const folder = mkdtempSync(join(tmpdir(), 'gradus-files-'))
    await makeFiles(folder)
    const servers = [await FileServer.start(), await FileServer.start(forAll), await FileServer.start()] as const
    for (const name of Object.values(formats).flat())
      for (const { files } of servers) files.set(name, { body: readFileSync(join(folder, name)) })
    for (const [name, { body }] of Object.entries(foreign)) servers[0].files.set(`found/${name}`, { body })
    return new FilesRun(folder, ...servers)
  }

  close(): void {
    for (const server of [this.server, this.open, this.closed]) server.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Runs the program in Node. */
  inNode(): Promise<Report> {
    const { folder } = this
    const elsewhere = ['indexeddb://a', 'opfs://a', 'downloads://a']
    return run(
      this.host({
        places: [`${folder}/saved/`, `${pathToFileURL(folder)}/urls/`],
        refused: [...elsewhere, folder, `${folder}/saved_model`],
        unwritable: [...elsewhere, folder],
      }),
    )
  }

  /** Runs the program in a page and in its worker, and saves the downloads in a folder of this name. */
  async inPage(): Promise<FileFindings> {
    const { files, origin } = this.server
    const refused = ['indexeddb://none', 'opfs://none/a', 'opfs://../a', 'none']
    const common = { places: ['indexeddb://', 'opfs://models/'], refused: [...refused, 'downloads://a'] }
    const hosts = { page: 'a.safetensors', worker: 'downloads://a' }
    for (const [name, target] of Object.entries(hosts)) {
      const host = this.host({ ...common, unwritable: [target, 'https://127.0.0.1/a'] })
      files.set(`${name}.json`, { body: JSON.stringify(host) })
    }
    files.set('page.js', { body: await bundle('files-page.ts'), type: 'text/javascript' })
    files.set('', { body: '<!doctype html><script type="module" src="page.js"></script>', type: 'text/html' })
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage()
      const saved: Download[] = []
      page.on('download', (download) => saved.push(download))
      await page.goto(`${origin}/plain/`)
      await page.waitForFunction(() => 'findings' in globalThis)
      const found = await page.evaluate(
        () => (globalThis as unknown as { findings: Promise<FileFindings & { failed?: string }> }).findings,
      )
      if (found.failed) throw new Error(found.failed)
      const used: number = await page.evaluate('keepSmall()')
      const session = await page.context().newCDPSession(page)
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used + 50_000 })
      this.full = await page.evaluate('fullStorage()')
      for (const download of saved) await download.saveAs(join(this.folder, 'downloads', download.suggestedFilename()))
      return found
    } finally {
      await browser.close()
    }
  }

  private host(given: Pick<Host, 'places' | 'refused' | 'unwritable'>): Host {
    const statuses = ['403', '404', '500'].map((status) => `${this.server.origin}/status/${status}`)
    const wrong = [`${this.closed.origin}/plain/digits.keras`, 'http://127.0.0.1:1/a.keras', 's3://models/a.keras']
    const refused = [...given.refused, ...statuses, ...wrong]
    return {
      ...given,
      refused,
      server: this.server.origin,
      elsewhere: this.open.origin,
      found: Object.keys(foreign),
    }
  }
}

/** Saves the model in all formats; the weights of the model.json are cut into two files. */
async function makeFiles(folder: string): Promise<void> {
  const model = await trainedModel()
  for (const [format, [name]] of Object.entries(formats)) await saveAs(model, join(folder, name!), format)
  const json = JSON.parse(readFileSync(join(folder, 'digits.json'), 'utf8'))
  const [group] = json.weightsManifest
  const weights = readFileSync(join(folder, group.paths[0]))
  rmSync(join(folder, group.paths[0]))
  mkdirSync(join(folder, 'shards'))
  const half = Math.ceil(weights.length / 2)
  writeFileSync(join(folder, 'shards/1.bin'), weights.subarray(0, half))
  writeFileSync(join(folder, 'shards/2.bin'), weights.subarray(half))
  group.paths = ['shards/1.bin', './shards/2.bin']
  writeFileSync(join(folder, 'digits.json'), JSON.stringify(json))
  mkdirSync(join(folder, 'saved_model'))
  writeFileSync(join(folder, 'saved_model', 'saved_model.pb'), '')
}
