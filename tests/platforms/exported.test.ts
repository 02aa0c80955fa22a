import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpu } from '@gradus/backend-cpu'
import { exportJs } from '@gradus/export-js'
import { useBackend } from '@gradus/tensor'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { modelCases } from '../../packages/export-js/src/testing/models.ts'
import { differenceOf, samplesOf } from '../../packages/export-js/src/testing/samples-of.ts'

const executablePath = process.env.GRADUS_CHROMIUM ?? '/usr/bin/chromium'

/** Four ways to run a file, each of which puts a function of rows into `predictions`. */
const page = `<!doctype html><meta charset="utf-8"><script src="page.js" type="module"></script>`
const script = `import { predict } from './model.mjs'
const loaded = new Promise((resolve) => {
  const element = document.createElement('script')
  element.src = 'model.js'
  element.onload = () => resolve(network.predict)
  document.head.append(element)
})
const inWorker = (worker) => (rows) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data)
  worker.onerror = ({ message }) => reject(new Error(message))
  worker.postMessage(rows)
})
globalThis.predictions = {
  module: async (rows) => predict(rows),
  script: async (rows) => (await loaded)(rows),
  moduleWorker: inWorker(new Worker('worker.mjs', { type: 'module' })),
  classicWorker: inWorker(new Worker('worker.js')),
}`
const workers = {
  '/worker.mjs': `import { predict } from './model.mjs'\nonmessage = ({ data }) => postMessage(predict(data))`,
  '/worker.js': `importScripts('model.js')\nonmessage = ({ data }) => postMessage(network.predict(data))`,
}

it('a page and workers run exported models, without code from strings and without other files', async () => {
  await useBackend(cpu())
  const files: Record<string, string> = { '/': page, '/page.js': script, ...workers }
  const server = createServer(({ url = '' }, response) => {
    const file = files[url]
    const type = url === '/' ? 'text/html' : 'text/javascript'
    const policy = "default-src 'none'; script-src 'self'; worker-src 'self'"
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    for (const [name, { model: make, integersBelow }] of Object.entries(modelCases)) {
      const model = make()
      const made = await exportJs(model)
      files['/model.mjs'] = made.code
      files['/model.js'] = (await exportJs(model, { format: 'iife', name: 'network' })).code
      const samples = await samplesOf(model, made, integersBelow)
      const tab = await browser.newPage()
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      await tab.waitForFunction(() => 'predictions' in globalThis)
      const found = await tab.evaluate(async (rows) => {
        const { predictions } = globalThis as unknown as {
          predictions: Record<string, (rows: readonly unknown[]) => Promise<unknown[]>>
        }
        const entries = Object.entries(predictions).map(async ([way, predict]) => [way, await predict(rows)] as const)
        return Promise.all(entries)
      }, samples.rows)
      expect(found).toHaveLength(4)
      for (const [way, predicted] of found)
        expect(differenceOf(predicted, samples), `${name}, ${way}`).toBeLessThan(1e-6)
      await tab.close()
    }
  } finally {
    await browser.close()
    server.close()
  }
}, 120_000)
