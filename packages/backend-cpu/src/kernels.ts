import type { Kernel } from '@gradus/graph'
import { type BinaryLoop, binaryLoops } from './binary.ts'
import { convolutionKernels } from './convolution.ts'
import { creationKernels } from './creation.ts'
import { cumulativeKernels } from './cumulative.ts'
import { indexingKernels } from './indexing.ts'
import { linearKernels } from './linear.ts'
import { movementKernels } from './movement.ts'
import { randomKernels } from './random.ts'
import { reductionKernels } from './reduction.ts'
import { selectionKernels } from './selection.ts'
import { sortingKernels } from './sorting.ts'
import { type UnaryLoop, unaryFunctions, unaryLoops } from './unary.ts'
import { windowKernels } from './window.ts'

/** The kernel of each primitive except `scan`, by name. */
export function kernels(): Readonly<Record<string, Kernel>> {
  return {
    ...creationKernels,
    ...movementKernels,
    ...selectionKernels,
    ...mapValues(unaryFunctions, perElement),
    ...mapValues(unaryLoops, unary),
    ...mapValues(binaryLoops, binary),
    ...reductionKernels,
    ...cumulativeKernels,
    ...sortingKernels,
    ...linearKernels,
    ...convolutionKernels,
    ...windowKernels,
    ...indexingKernels,
    ...randomKernels,
  }
}

function mapValues<T>(table: Readonly<Record<string, T>>, toKernel: (entry: T) => Kernel): Record<string, Kernel> {
  return Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, toKernel(entry)]))
}

function perElement(f: (x: number) => number): Kernel {
  return (output, [input]) => {
    const y = output.data
    const x = input.data
    for (let i = 0; i < y.length; i++) y[i] = f(x[i])
  }
}

function unary(loop: UnaryLoop): Kernel {
  return (output, [x]) => loop(output.data, x.data)
}

function binary(loop: BinaryLoop): Kernel {
  return (output, [a, b]) => loop(output.data, a.data, b.data)
}
