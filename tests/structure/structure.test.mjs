import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkArrows } from '../../scripts/check-arrows.mjs'
import { additions } from './additions.ts'
import { touched } from './edit.ts'
import { filesMentioning, mentioned } from './mentions.ts'
import { program } from './program.ts'
import { readTable } from './table.ts'
import { editedTree, probesOf, root, typeErrors } from './tree.ts'

const kinds = Object.keys(additions)

describe('the table in CONTRIBUTING.md', () => {
  const table = readTable(root)

  it('has the kinds that are added here', () => {
    expect([...table.keys()].sort()).toEqual([...kinds].sort())
  })

  it.each(kinds)('says what it takes to add one: %s', (kind) => {
    expect(touched(additions[kind])).toEqual(table.get(kind))
  })

  it('is printed as it was counted', () => {
    const rows = kinds.map((kind) => ({ kind, ...touched(additions[kind]) }))
    const width = Math.max(...kinds.map((kind) => kind.length))
    const lines = rows.map(({ kind, files, lines }) => `${kind.padEnd(width)}  ${files}      ${lines}`)
    console.log([`${'to add'.padEnd(width)}  files  lines`, ...lines].join('\n'))
  })
})

describe('one more of each kind, in a copy of the sources', () => {
  let before
  let after
  beforeAll(async () => {
    const trees = [editedTree([]), editedTree(kinds.flatMap((kind) => additions[kind]))]
    const [first, second] = await Promise.all(trees.map(async (tree) => ({ tree, probes: await probesOf(tree) })))
    before = first
    after = second
  }, 120_000)
  afterAll(() => {
    for (const { tree } of [before, after].filter(Boolean)) rmSync(tree, { recursive: true })
  }, 60_000)

  it.each(kinds)('is not there before: %s', async (kind) => {
    expect(await before.probes[kind]().catch(() => false)).toBe(false)
  })

  it.each(kinds)('is there by its name, and works: %s', async (kind) => {
    expect(await after.probes[kind]()).toBe(true)
  })

  it('has types', () => {
    expect(typeErrors(after.tree, program)).toBe('')
  }, 120_000)

  it('leaves all arrows pointing down', () => {
    const levels = JSON.parse(readFileSync(join(after.tree, 'scripts/levels.json'), 'utf8'))
    expect(checkArrows(after.tree, levels)).toEqual([])
  })
})

describe('what there is', () => {
  it.each(Object.entries(mentioned))('is mentioned in no more files than it takes to add it: %s', (_, mention) => {
    const files = filesMentioning(mention)
    expect(files.length).toBeGreaterThan(0)
    expect(files.length, files.join(', ')).toBeLessThanOrEqual(mention.most)
  })
})
