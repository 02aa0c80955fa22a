import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProject, type Project, packed, slow } from './project.ts'

/** A CSV file of points in a square. The class of a point is whether it lies above the diagonal. */
function points(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const [x, y] = [((index * 37) % 101) / 100, ((index * 61) % 97) / 96]
    return `${x},${y},${y > x ? 1 : 0}`
  })
  return `${['x,y,above', ...rows].join('\n')}\n`
}

describe('an empty project that installs the command line', () => {
  let project: Project
  beforeAll(async () => {
    const packages = packed().filter((name) => name !== 'testing')
    project = await makeProject('cli', packages, { from: 'cli', offline: false })
    writeFileSync(join(project.folder, 'train.csv'), points(400))
  }, slow)

  const gradus = (...args: string[]) => project.run('npx', '--no-install', 'gradus', ...args)

  it('lists the backends', { timeout: slow }, async () => {
    expect(await gradus('backends')).toMatch(/^cpu\b.*available/m)
  })

  it('trains by a config and writes a run folder', { timeout: slow }, async () => {
    const printed = await gradus('train', 'config.yaml')
    const folder = join(project.folder, /^Saved in (\S+)$/m.exec(printed)?.[1] ?? 'the run folder is not named')
    expect(existsSync(join(folder, 'model-last.safetensors'))).toBe(true)
    const [head, ...rows] = readFileSync(join(folder, 'results.csv'), 'utf8').trim().split('\n')
    const accuracy = head!.split(',').indexOf('accuracy')
    expect(rows).toHaveLength(20)
    expect(Number(rows.at(-1)!.split(',')[accuracy])).toBeGreaterThan(0.95)
    expect(printed).toMatch(/^ {2}npx gradus evaluate runs\/\S+ \S+\.csv$/m)
  })

  it('names the mistake in a config, and fails', { timeout: slow }, async () => {
    await expect(gradus('train', 'config.yaml', '--set', 'optimizer.learningRat=1')).rejects.toThrow(/learningRate/)
  })
})
