import { cpu } from '@gradus/backend-cpu'
import { check, fallback, profile } from '@gradus/graph'
import { type Backend, BackendError } from '@gradus/tensor'
import { opSamples } from '@gradus/tensor/samples'
import { testBackend } from '../suites.ts'

// A decorated backend must meet all requirements of a backend; a few ops of each kind are enough.
const names = [
  'exp',
  'sum',
  'gather',
  'where',
  'fill',
  'concat',
  'matmul',
  'argMax',
  'reshape',
  'softmax',
  'gelu',
  'scan',
]
const samples = opSamples.filter(({ op }) => names.includes(op.name))

/** The cpu backend without some ops and without synchronous reads. */
function partial(): Backend {
  const backend = cpu()
  const missing = ['exp', 'sum', 'gather', 'where', 'fill', 'scan']
  const { readSync: _, ...rest } = backend
  return {
    ...rest,
    name: 'partial',
    compile(graph) {
      const node = graph.nodes.find(({ op }) => missing.includes(op.name))
      if (node) throw new BackendError(`partial has no kernel for the op '${node.op.name}'.`)
      return backend.compile(graph)
    },
  }
}

testBackend(check(cpu(), cpu()), { samples })
testBackend(profile(cpu()), { samples })
testBackend(fallback(partial(), cpu(), { warn: () => {} }), { samples })
