// The benchmarks of WebGPU in one folder, for a machine with a GPU: node program.mjs [options of `npm run bench`]
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bench } from './bench.ts'
import { pythonWithTorch } from './machine.ts'
import type { Found } from './tools.ts'

const home = import.meta.dirname
const all = 'gradus-webgpu,tfjs-webgpu,jax-js-webgpu,torch-cuda,gpu-copy'

const find = async (): Promise<Found> => ({
  node: process.execPath,
  newerNode: process.execPath,
  python: pythonWithTorch(),
  torch: home,
  bundle: (name) => {
    const file = join(home, `${name}.mjs`)
    return existsSync(file) ? file : { missing: `${name} was not packed` }
  },
  close() {},
})

const defaults = ['--webgpu', '--contestants', all, '--shapes', join(home, 'gpu.shapes.json')]
defaults.push('--json', 'webgpu.json', '--markdown', 'webgpu.md')
const given = process.argv.slice(2)
const command = ['node program.mjs', ...given].join(' ')
process.exitCode = await bench([...defaults, ...given], { command, home, find })
