import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Example {
  /** File and line: `packages/tensor/src/op.ts:12`. */
  readonly label: string
  readonly code: string
}

/**
 * The runnable examples of the repository: the blocks fenced as `ts runnable` in README.md, in the pages of docs and in the
 * README.md of each package, and the `@example` of every doc comment in the sources of the packages.
 */
export function extractExamples(root: string): Example[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
    ...packages.map((folder) => `${folder}/README.md`),
  ].filter((path) => path.endsWith('.md') && existsSync(join(root, path)))
  const sources = packages
    .map((folder) => `${folder}/src`)
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
    )
    .filter((path) => path.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(path))
  return [...pages, ...sources].flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return path.endsWith('.md') ? fromMarkdown(text, path) : fromComments(text, path)
  })
}

export function fromMarkdown(text: string, path: string): Example[] {
  return [...text.matchAll(/^```ts runnable\n(.*?)^```/gms)].map((match) => example(match[1]!, text, match.index, path))
}

export function fromComments(text: string, path: string): Example[] {
  return [...text.matchAll(/^[ \t]*\/\*\*.*?\*\//gms)].flatMap((comment) =>
    comment[0]
      .split(/@example\b/)
      .slice(1)
      .map((part) => {
        const plain = part.replace(/^[ \t]*\* ?/gm, '')
        const fenced = /^```(?:ts|typescript)\n(.*?)^```/ms.exec(plain)?.[1]
        const code = fenced ?? plain.replace(/^@\w.*/ms, '').replace(/\/$/, '')
        return example(code, text, comment.index + comment[0].indexOf(part), path)
      }),
  )
}

function example(code: string, text: string, index: number, path: string): Example {
  return { label: `${path}:${text.slice(0, index).split('\n').length}`, code }
}

/** The names of the classes that an example defines. */
export function classesIn(code: string): string[] {
  return [...code.matchAll(/^class (\w+)/gm)].map((match) => match[1]!)
}

/** Turns `value // => expected` and `const name = value // => expected` into assertions by a function `assertShown`. */
export function withAssertions(code: string): string {
  return code
    .split('\n')
    .map((line) => {
      const parts = /^(\s*)(.*\S)\s*\/\/ => (.*)$/.exec(line)
      if (!parts) return line
      const [, indent, statement, expected] = parts
      const shown = JSON.stringify(expected!.trim())
      const name = /^(?:const|let)\s+(\w+)/.exec(statement!)?.[1]
      if (name) return `${indent}${statement}; await assertShown(${name}, ${shown})`
      const logged = /^console\.log\((.*)\)$/.exec(statement!)?.[1]
      return `${indent}await assertShown(${logged ?? statement}, ${shown})`
    })
    .join('\n')
}
