import { execFile } from 'node:child_process'
import { arch, cpus, platform, release } from 'node:os'
import { promisify } from 'node:util'
import { ownVersion } from '../version.ts'

/** The versions, the machine and the commit of a run, for its folder. */
export async function describeEnvironment(folder: string): Promise<Record<string, unknown>> {
  return {
    versions: { gradus: ownVersion(), node: process.versions.node },
    machine: {
      platform: platform(),
      release: release(),
      arch: arch(),
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
    },
    git: await gitState(folder),
    startedAt: new Date().toISOString(),
  }
}

/** The commit that is checked out and whether tracked files differ from it; null outside a repository. */
async function gitState(folder: string): Promise<{ commit: string; changed: boolean } | null> {
  const run = promisify(execFile)
  try {
    const options = { cwd: folder, timeout: 5000 }
    const commit = (await run('git', ['rev-parse', 'HEAD'], options)).stdout.trim()
    const changed = (await run('git', ['status', '--porcelain', '--untracked-files=no'], options)).stdout.trim() !== ''
    return { commit, changed }
  } catch {
    return null
  }
}
