import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkArrows } from '../../scripts/check-arrows.mjs'
import { additions, targets } from './additions.ts'
import { touched } from './edit.ts'
import { filesMentioning, mentioned } from './mentions.ts'
import { extraEdits, moreMentions, stillTouched } from './not-yet.ts'
import { editedTree, probesOf } from './tree.ts'

const kinds = Object.keys(additions)
const extra = (kind) => extraEdits[kind] ?? []

describe('the table in CONTRIBUTING.md', () => {
  it.each(kinds)('says what it takes to add one: %s', (kind) => {
    const wanted = targets[kind]
    if (!extraEdits[kind]) expect(touched(additions[kind])).toEqual(wanted)
    const now = touched([...additions[kind], ...extra(kind)])
    expect(now).toEqual(stillTouched[kind] ?? wanted)
    if (extraEdits[kind]) expect(now.files + now.lines).toBeGreaterThan(wanted.files + wanted.lines)
  })
})

describe('one more of each kind, in a copy of the sources', () => {
  let full
  let wanted
  beforeAll(async () => {
    const trees = [(kind) => [...additions[kind], ...extra(kind)], (kind) => additions[kind]].map((edits) =>
      editedTree(kinds.flatMap(edits)),
    )
    const [a, b] = await Promise.all(trees.map(async (tree) => ({ tree, ...(await probesOf(tree)) })))
    full = a
    wanted = b
  }, 60_000)
  afterAll(() => {
    for (const { tree } of [full, wanted].filter(Boolean)) rmSync(tree, { recursive: true })
  })

  it.each(kinds)('is there by its name, and works: %s', async (kind) => {
    expect(await full.probes[kind](full.acme)).toBe(true)
  })

  it.each(kinds.filter((kind) => extraEdits[kind]))('needs what is listed in not-yet.ts: %s', async (kind) => {
    expect(await wanted.probes[kind](wanted.acme), `the table is reached: take '${kind}' out of not-yet.ts`).toBe(false)
  })

  it('leaves all arrows pointing down', () => {
    const levels = JSON.parse(readFileSync(join(full.tree, 'scripts/levels.json'), 'utf8'))
    expect(checkArrows(full.tree, levels)).toEqual([])
  })
})

describe('what there is', () => {
  it.each(Object.entries(mentioned))('is mentioned in no more files than it takes to add it: %s', (name, mention) => {
    const files = filesMentioning(mention)
    const more = moreMentions[name]
    if (more) {
      expect(files).toEqual(more)
      expect(files.length, `the table is reached: take '${name}' out of not-yet.ts`).toBeGreaterThan(mention.most)
    } else {
      expect(files.length).toBeGreaterThan(0)
      expect(files.length, files.join(', ')).toBeLessThanOrEqual(mention.most)
    }
  })
})
