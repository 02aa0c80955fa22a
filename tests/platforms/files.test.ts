import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModel } from 'gradus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formats, newModel, prediction, trainedModel } from './src/files-model.ts'
import type { FileFindings } from './src/files-page.ts'
import type { Report } from './src/files-program.ts'
import { FilesRun } from './src/files-run.ts'
import { foreign } from './src/foreign.ts'

let files: FilesRun
let node: Report
let found: FileFindings

beforeAll(async () => {
  files = await FilesRun.start()
  node = await files.inNode()
  found = await files.inPage()
}, 120_000)

afterAll(() => files?.close())

const hosts = { 'in Node': () => node, 'in a page': () => found.page, 'in a worker': () => found.worker }

describe.each(Object.entries(hosts))('the program %s', (host, reportOf) => {
  it.each(Object.keys(formats))('loads %s from everywhere, and saves it', (format) => {
    const { broken, changing, ...others } = reportOf().loaded[format]!
    for (const message of [broken, changing])
      expect(message).toMatch(/: the transfer broke after \d+ bytes \(.*\)\. Try again\.$/)
    expect(Object.keys(others).length).toBe(19)
    expect(others).toEqual(Object.fromEntries(Object.keys(others).map((place) => [place, 'equal'])))
  })

  it('lists and removes files', () => {
    const { listed, afterRemoval } = reportOf()
    const names = ['digits.bin', ...Object.values(formats).map(([name]) => name)].sort()
    const saved =
      host === 'in Node' ? [] : ['indexeddb://', 'opfs://models/'].flatMap((place) => names.map((name) => place + name))
    expect(listed.map((address) => address.replace(/\.[0-9a-f]{8}\.bin$/, '.bin'))).toEqual(saved)
    expect(afterRemoval).toEqual([])
  })

  it.each(Object.entries(foreign))('says what %s is', (name, { message }) => {
    const { refusals } = reportOf()
    expect(refusals[name]).toMatch(/^FormatError: /)
    expect(refusals[name]).toContain(message)
    expect(refusals[`File ${name}`]).toContain(message)
  })

  it('says why an address has no file', () => {
    const { refusals } = reportOf()
    for (const [address, reason] of Object.entries({ ...reasons(), ...(host === 'in Node' ? inNode() : inPages()) }))
      expect([address, refusals[address]]).toEqual([address, expect.stringContaining(reason)])
  })
})

const reasons = () => ({
  [`${files.server.origin}/status/403`]: 'the server answers 403 Forbidden. Check the address.',
  [`${files.server.origin}/status/404`]: 'the server answers 404 Not Found.',
  [`${files.server.origin}/status/500`]: 'the server answers 500 Internal Server Error.',
  'http://127.0.0.1:1/a.keras': 'there is no answer (',
  's3://models/a.keras': 'addresses begin with ',
})

const inNode = () => ({
  'indexeddb://a': 'this platform has no IndexedDB. Give a path.',
  'opfs://a': 'this platform has no private folder of a page. Give a path.',
  'downloads://a': 'Instead let people choose the file',
  [files.folder]: 'it is a folder. Give the path of a file in it.',
  [`${files.folder}/saved_model`]: 'it is a folder with a SavedModel of TensorFlow. Save the model in Keras as .keras.',
  'to indexeddb://a': 'cannot be written: this platform has no IndexedDB. Give a path.',
  'to opfs://a': 'cannot be written: this platform has no private folder of a page. Give a path.',
  'to downloads://a': 'cannot be written: only a page with a document has downloads.',
  [`to ${files.folder}`]: 'cannot be written: it is a folder. Add a file name.',
})

const inPages = () => ({
  [`${files.closed.origin}/plain/digits.keras`]: 'does not let pages of other origins read the file (CORS)',
  'indexeddb://none': 'it does not exist. Check the name; `listFiles` returns those that exist.',
  'opfs://none/a': 'A requested file or directory could not be found',
  'opfs://../a': "names of folders and files must not be empty, '.' or '..'.",
  none: `The file '${files.server.origin}/plain/none' cannot be read: the server answers 404 Not Found.`,
  'to https://127.0.0.1/a': 'cannot be written. Instead send the bytes of toBytes() with fetch.',
})

it('only pages have downloads, and they have no paths', () => {
  expect(found.page.refusals['to a.safetensors']).toContain(
    'This platform has no files, so it cannot write to the path',
  )
  expect(found.page.refusals['downloads://a']).toContain('Instead let people choose the file')
  expect(found.worker.refusals['to downloads://a']).toContain('only a page with a document has downloads')
})

it('a page loads from a handle and from paths beside it', () => {
  const names = ['handle', 'path', 'path with folders', 'path from the root', 'worker of a blob']
  expect(found.forms).toEqual(Object.fromEntries(names.map((name) => [name, 'equal'])))
})

it.each(Object.entries(formats))('%s that a page offers as a download is loaded in Node', async (format, [name]) => {
  const path = join(files.folder, 'downloads', name!)
  const model = format === 'weights' ? newModel() : await loadModel(path)
  if (format === 'weights') await model.loadWeights(path)
  expect(await prediction(model)).toBe(await prediction(await trainedModel()))
})

it('a page without space keeps the old files, and leaves none that is cut off', () => {
  const message = expect.stringMatching(/cannot be written: .*storage quota/)
  expect(files.full).toEqual({ messages: [message, message], listed: ['opfs://small/kept'], weights: 2 })
})

it('a transfer that breaks is continued where it stopped', () => {
  for (const names of Object.values(formats))
    for (const name of names)
      for (const kind of ['ranges', 'dates', 'tags']) {
        const size = readFileSync(join(files.folder, name)).length
        const ranges = files.server.requests.flatMap((request) => request.split(`GET /${kind}/${name} bytes=`)[1] ?? [])
        // the break may come before the last bytes are read
        const starts = ranges.map((range) => Number.parseInt(range, 10))
        expect(starts.length).toBeGreaterThanOrEqual(3)
        expect(Math.max(...starts)).toBe(Math.ceil(0.4 * size))
      }
})

it('addresses of a page leave no folders in Node', () => {
  for (const name of ['indexeddb:', 'opfs:', 'downloads:']) expect(existsSync(name)).toBe(false)
})
