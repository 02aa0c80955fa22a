import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { assertShown } from './assert-shown.ts'
import { classesIn, extractExamples, fromComments, fromMarkdown, withAssertions } from './extract.ts'
import { passesSuite } from './suites.ts'

const generated = join(import.meta.dirname, '.generated')

const withShown = "import { assertShown } from '../assert-shown.ts'\n"

const onReference = `import { cpu as defaultBackend } from '@gradus/backend-cpu'
import { useBackend as useDefaultBackend } from '@gradus/tensor'
await useDefaultBackend(defaultBackend())
`

/** The examples of sources run on the reference backend. Those of pages are whole programs, which choose one themselves. */
const preludeFor = (isProgram: boolean) => withShown + (isProgram ? '' : onReference)

beforeAll(() => {
  rmSync(generated, { recursive: true, force: true })
  mkdirSync(generated)
})

afterAll(() => rmSync(generated, { recursive: true, force: true }))

describe('the examples in the documentation run, and their classes pass the suites for users', () => {
  const examples = extractExamples(join(import.meta.dirname, '../..'))

  it.each(examples.map(({ label, code }) => [label, code]))('%s', async (label, code) => {
    const path = join(generated, `${label.replace(/\W+/g, '-')}.ts`)
    const isProgram = label.includes('.md:')
    const classes = classesIn(code)
    writeFileSync(path, `${preludeFor(isProgram)}${withAssertions(code)}\nexport { ${classes.join(', ')} }\n`)
    // a program starts without a backend
    if (isProgram) vi.resetModules()
    const shown = (await import(/* @vite-ignore */ path)) as Readonly<Record<string, unknown>>
    for (const name of classes) await passesSuite(label.replace(/:\d+$/, ''), name, shown[name])
  })
})

describe('the examples are found and asserted', () => {
  it('finds marked blocks of a page only', () => {
    const page = 'a\n```ts\nno()\n```\n```ts runnable\nyes()\n```\n'
    expect(fromMarkdown(page, 'p.md')).toEqual([{ label: 'p.md:5', code: 'yes()\n' }])
  })

  it('finds every @example of a doc comment, fenced or bare', () => {
    const source = '/**\n * Adds.\n * @example\n * ```ts\n * add(1, 2) // => 3\n * ```\n * @example\n * add()\n */\n'
    expect(fromComments(source, 'a.ts').map(({ code }) => code.trim())).toEqual(['add(1, 2) // => 3', 'add()'])
  })

  it('finds the classes that it defines', () => {
    expect(classesIn('class A extends B {\n}\nconst x = class C {}\nfunction f() {\n  class D {}\n}\n')).toEqual(['A'])
  })

  it('asserts expressions, declarations and printed values', () => {
    expect(withAssertions('f(1) // => [1, 2]\nconst x = g() // => 3\nconsole.log(x) // => 3').split('\n')).toEqual([
      'await assertShown(f(1), "[1, 2]")',
      'const x = g(); await assertShown(x, "3")',
      'await assertShown(x, "3")',
    ])
  })

  it('compares as exactly as the comment is written', async () => {
    await assertShown([new Float32Array([0.1, 1 / 3])], '[[0.1, 0.33]]')
    await assertShown({ array: () => [[1], [2]] }, '[[1], [2]]')
    await assertShown('float32[2, 3]', 'float32[2, 3]')
    await expect(assertShown(Promise.resolve(0.34), '0.33')).rejects.toThrow()
    await expect(assertShown([1, 2], '[1, 2, 3]')).rejects.toThrow()
    await expect(assertShown('float32', 'int32 of shape')).rejects.toThrow()
  })
})
