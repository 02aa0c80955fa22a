import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

const root = join(import.meta.dirname, '../..')

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with a tarball of every public package. */
    readonly tarballs: string
    /** A folder outside the repository for the projects that use them. */
    readonly workplace: string
  }
}

/** Packs every public package as for publishing, once for all test files. */
export function setup(project: TestProject): () => void {
  const workplace = mkdtempSync(join(tmpdir(), 'gradus-packed-'))
  const tarballs = join(workplace, 'tarballs')
  execFileSync(
    process.execPath,
    [
      join(root, 'scripts/pnpm.mjs'),
      ...['--recursive', '--filter', './packages/*', '--filter', './apps/*', '--filter', '!./apps/site'],
      ...['pack', '--pack-destination', tarballs],
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  project.provide('tarballs', tarballs)
  project.provide('workplace', workplace)
  return () => rmSync(workplace, { recursive: true, force: true })
}
