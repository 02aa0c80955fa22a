import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as gradus from 'gradus'
import * as data from 'gradus/data'
import * as io from 'gradus/io'
import { describe, expect, it } from 'vitest'
import { configLoaders, fileLoaders, modelLoaders } from './src/loaders/index.ts'
import { statefulCallbacks } from './src/loaders/states.ts'

const covered = new Set([...configLoaders, ...fileLoaders, ...modelLoaders].flatMap(({ covers }) => covers))

/** The name of a function that reads what comes from outside: `readCsv`, `fromKeras`, `decodeModel`, ... */
const loads = /^(read|load|decode|from|compileFrom|parse|restore|formatOf)/

/** Functions with such a name that read nothing from outside, or are tried through others. */
const others = new Set([
  // take arrays and tensors of the program
  ...['fromArrays', 'fromIterable', 'fromPixels', 'setVariablesTree', 'setLearningRate'],
  'parseNumber',
  // outputs of a model, and whether a file is a pipe
  ...['readOutputs', 'readsAgain'],
  'loadConfigModules',
  // reads a file of the page
  'loadDigits',
])

function missing(names: readonly string[]): string[] {
  return names.filter((name) => !covered.has(name) && !others.has(name))
}

describe('every loader is in the suite', () => {
  it.each([
    ['gradus', gradus],
    ['gradus/io', io],
    ['gradus/data', data],
  ])('of the exports of %s', (_, exports) => {
    const functions = Object.entries(exports).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
    expect(missing(functions.filter((name) => loads.test(name)))).toEqual([])
  })

  it('of the formats of model files', () => {
    expect(missing(io.modelFormats.map(({ name }) => name))).toEqual([])
  })

  it('of the methods of a model', () => {
    const methods: string[] = []
    for (
      let type: object = gradus.Model.prototype;
      type !== Object.prototype;
      type = Object.getPrototypeOf(type) as object
    )
      methods.push(...Object.getOwnPropertyNames(type))
    expect(missing(methods.filter((name) => /^(load|set[A-Z]|restore)/.test(name)))).toEqual([])
  })

  it('of the callbacks with a state', () => {
    expect(missing(statefulCallbacks)).toEqual([])
  })

  it.each(['cli', 'site'])('of the app %s', (app) => {
    const folder = fileURLToPath(new URL(`../../apps/${app}/src`, import.meta.url))
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /(?<!\.test)\.tsx?$/.test(path),
    )
    const names = sources.flatMap((path) =>
      [...readFileSync(join(folder, path), 'utf8').matchAll(/^export (?:async )?function (\w+)/gm)].map(
        ([, name]) => name!,
      ),
    )
    expect(missing(names.filter((name) => loads.test(name)))).toEqual([])
  })

  it('of what the page reads from its address', () => {
    const folder = fileURLToPath(new URL('../../apps/site/src', import.meta.url))
    const uses = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .flatMap((path) => readFileSync(join(folder, path), 'utf8').match(/\w*\(?location\.(?!href)\w+/g) ?? [])
    expect([...new Set(uses)]).toEqual(['fromFragment(location.hash'])
  })
})
