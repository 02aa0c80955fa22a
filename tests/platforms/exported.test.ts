import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpu } from '@gradus/backend-cpu'
import { exportJs } from '@gradus/export-js'
import { Dense } from '@gradus/layers'
import { Sequential } from '@gradus/models'
import { inferPlan, learnTable, predictRows, profileTable, rowsSource, TableCoder } from '@gradus/tables'
import { useBackend } from '@gradus/tensor'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { modelCases } from '../../packages/export-js/src/testing/models.ts'
import { differenceOf, samplesOf } from '../../packages/export-js/src/testing/samples-of.ts'

const executablePath = process.env.GRADUS_CHROMIUM ?? '/usr/bin/chromium'

/** Four ways to run a file, each of which puts a function of rows into `predictions`. */
const page = `<!doctype html><meta charset="utf-8"><script src="page.js" type="module"></script>`
const pageScript = `import { predict } from './model.mjs'
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
const programs = {
  '/page.js': pageScript,
  '/worker.mjs': `import { predict } from './model.mjs'\nonmessage = ({ data }) => postMessage(predict(data))`,
  '/worker.js': `importScripts('model.js')\nonmessage = ({ data }) => postMessage(network.predict(data))`,
}

type Ways = Record<string, (rows: readonly unknown[]) => Promise<unknown[]>>

/** Runs exported files in a page and in workers, in four ways each. Returns by way what a function of the file returns. */
async function inChromium(
  run: (ask: (files: Exported) => Promise<[string, unknown[]][]>) => Promise<void>,
): Promise<void> {
  const files: Record<string, string> = {}
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
    await run(async ({ module, script, rows, name = 'predict' }) => {
      Object.assign(files, { '/': page, '/model.mjs': module, '/model.js': script })
      for (const [path, text] of Object.entries(programs)) files[path] = text.replaceAll(/\bpredict\b/g, name)
      const tab = await browser.newPage()
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      await tab.waitForFunction(() => 'predictions' in globalThis)
      const found = await tab.evaluate(async (given) => {
        const { predictions } = globalThis as unknown as { predictions: Ways }
        return Promise.all(
          Object.entries(predictions).map(async ([way, predict]) => [way, await predict(given)] as [string, unknown[]]),
        )
      }, rows)
      await tab.close()
      expect(found).toHaveLength(4)
      return found
    })
  } finally {
    await browser.close()
    server.close()
  }
}

/** An exported model as a module and as a script, and the rows that are asked; `name` is the function (default `predict`). */
interface Exported {
  readonly module: string
  readonly script: string
  readonly rows: readonly unknown[]
  readonly name?: string
}

async function bothFormats(model: Parameters<typeof exportJs>[0]): Promise<{ module: string; script: string }> {
  const [module, script] = [await exportJs(model), await exportJs(model, { format: 'iife', name: 'network' })]
  return { module: module.code, script: script.code }
}

it('a page and workers run exported models, without code from strings and without other files', async () => {
  await useBackend(cpu())
  await inChromium(async (ask) => {
    for (const [name, { model: make, integersBelow }] of Object.entries(modelCases)) {
      const model = make()
      const samples = await samplesOf(model, await exportJs(model), integersBelow)
      for (const [way, predicted] of await ask({ ...(await bothFormats(model)), rows: samples.rows }))
        expect(differenceOf(predicted, samples), `${name}, ${way}`).toBeLessThan(1e-6)
    }
  })
}, 120_000)

it('a page and workers predict the rows of a table', async () => {
  await useBackend(cpu())
  const rows = Array.from({ length: 40 }, (_, index) => ({
    size: index % 7 === 3 ? 'NA' : `${index},500.5`,
    city: ['Rome', 'Oslo', '</script>'][index % 3],
    built: `20${10 + (index % 12)}-03-1${index % 10}T0${index % 9}:30Z`,
    notes: `a ${['quiet', 'busy', 'new'][index % 3]} street near number ${index}`,
    sold: index % 4 === 0 ? 'yes' : 'no',
  }))
  const source = rowsSource(rows)
  const spec = await learnTable(source, inferPlan(await profileTable(source), { target: 'sold' }))
  const [features] = new TableCoder(spec).inputs
  const model = new Sequential(
    [new Dense({ units: 1, activation: 'sigmoid', inputShape: [...features!.shape] as number[] })],
    { seed: 4 },
  )
  model.table = spec as never
  const expected = await predictRows(model as never, rows)
  await inChromium(async (ask) => {
    for (const [way, predicted] of await ask({ ...(await bothFormats(model)), rows, name: 'predictRows' })) {
      for (const [index, { sold }] of (predicted as typeof expected).entries()) {
        const { value, probabilities } = expected[index]!['sold']!
        expect(sold!.value, way).toBe(value)
        expect(sold!.probabilities!['yes'], way).toBeCloseTo(probabilities!['yes']!, 6)
      }
    }
  })
}, 120_000)
