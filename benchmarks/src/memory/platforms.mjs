import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'

const cases = join(import.meta.dirname, 'cases.mjs')
const { GRADUS_CHROMIUM: executablePath = '/usr/bin/chromium' } = process.env

/** The resident bytes of a process: now, and the most so far (Linux). Undefined if it has ended. */
function residentOf(pid) {
  if (!existsSync(`/proc/${pid}/status`)) return undefined
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = (name) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1])
  return { now: kibibytes('VmRSS'), most: kibibytes('VmHWM') }
}

/** Runs a case in a new process of Node. */
export async function inNode(title, backend, sizes) {
  const program = `
    const { runCase } = await import(${JSON.stringify(cases)})
    const answer = (message) => new Promise((resolve) => { process.once('message', resolve); process.send(message) })
    const result = await runCase(...${JSON.stringify([title, backend, sizes])}, () => answer('ready'))
    await answer(result)
    process.exit()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 2, 2, 'ipc'] })
  const told = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)))
    })
  await told()
  const { now: start } = residentOf(child.pid)
  child.send('go')
  const result = await told()
  const { now: end, most } = residentOf(child.pid)
  child.send('end')
  return { ...result, start, most, end }
}

let script

/** Runs a case in a new page of a new Chromium, and measures the process of the page. */
export async function inChromium(title, backend, sizes) {
  script ??= (
    await build({
      entryPoints: [cases],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
    })
  ).outputFiles[0].text
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
    await page.route('**/*', (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ headers, contentType: 'text/javascript', body: script })
        : route.fulfill({ headers, contentType: 'text/html', body: '<!doctype html><meta charset="utf-8">' }),
    )
    await page.goto('http://localhost/')
    const session = await browser.newBrowserCDPSession()
    const pages = async () => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo')
      return processInfo.filter(({ type }) => type === 'renderer')
    }
    const before = new Map()
    await page.exposeFunction('ready', async () => {
      for (const { id, cpuTime } of await pages()) before.set(id, { cpuTime, start: residentOf(id)?.now })
    })
    const result = await page.evaluate(
      async ([script, ...given]) => (await import(script)).runCase(...given, () => globalThis.ready()),
      ['/cases.js', title, backend, sizes],
    )
    // Chromium has further pages: this is the one that has worked since
    const workOf = ({ id, cpuTime }) => cpuTime - (before.get(id)?.cpuTime ?? cpuTime)
    const { id } = (await pages()).sort((a, b) => workOf(b) - workOf(a))[0]
    const { now: end, most } = residentOf(id)
    return { ...result, start: before.get(id).start, most, end }
  } finally {
    await browser.close()
  }
}
