import { pathToFileURL } from 'node:url'
import { type Contestant, type Node, python, script, trainedAndKernels } from './roster.ts'

/** The contestants on WebGPU, in the order of the tables: in Node over Dawn, and in a page of Chromium. */
export const webgpuRoster: readonly Contestant[] = [
  ...onBoth('gradus-webgpu', 'Gradus', 'node', 'gradus', false),
  ...onBoth('tfjs-webgpu', 'TensorFlow.js', 'node', 'tfjs', true),
  ...onBoth('jax-js-webgpu', 'jax-js', 'newerNode', 'jax-js', true),
  ...onBoth('ort-webgpu', 'onnxruntime-web', 'node', 'ort', true),
  {
    id: 'torch-cuda',
    title: 'PyTorch, eager, CUDA, without TF32',
    kinds: trainedAndKernels,
    command: python(['cuda', '1']),
  },
  ...onBoth('gpu-copy', 'copies in the memory of the GPU', 'node', 'gpu-copy', false).map((contestant) => ({
    ...contestant,
    kinds: ['memory'] as const,
  })),
]

function onBoth(id: string, title: string, node: Node, name: string, peers: boolean): Contestant[] {
  const common = { peers, kinds: trainedAndKernels }
  return [
    { ...common, id, title: `${title}, WebGPU in Node`, command: onDawn(node, name) },
    { ...common, id: `${id}@chromium`, title: `${title}, WebGPU in Chromium`, command: inChromium(name) },
  ]
}

/** A program in Node with `navigator.gpu`, which Dawn provides. */
function onDawn(node: Node, name: string): Contestant['command'] {
  return (paths) => {
    const command = script(node, name, ['webgpu', '1'])(paths)
    const preload = paths.bundle('dawn')
    if ('missing' in command) return command
    if (typeof preload !== 'string') return preload
    return { ...command, args: ['--import', pathToFileURL(preload).href, ...command.args] }
  }
}

function inChromium(name: string): Contestant['command'] {
  return (paths) => {
    const page = paths.bundle(`page-${name}`)
    return typeof page === 'string' ? script('node', 'chromium', [page])(paths) : page
  }
}
