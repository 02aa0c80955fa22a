import type { Layer } from '@gradus/core'
import type { Backend, DType, Shape } from '@gradus/tensor'
import type { Source } from '../configured-source.ts'

/** A layer class, or a function that makes one. */
export type LayerSource = Source<Layer>

export interface LayerCheckOptions<C = object> {
  /** Options for the class, where a class is given. */
  readonly config?: C
  /** Shape of the input, batch first. */
  readonly inputShape?: Shape
  /** Instead of `inputShape`, for a layer that takes an array. */
  readonly inputShapes?: readonly Shape[]
  /** Default: the layer's `inputDType`; one for all inputs or one per input. */
  readonly inputDtype?: DType | readonly DType[]
  /** Range of the random inputs (default -1.5 to 1.5, whole numbers from 0 to 3). */
  readonly inputRange?: readonly [low: number, high: number]
  /** A mask for the first input, nested like its first two dimensions. */
  readonly mask?: readonly (readonly boolean[])[]
  /** Shape of the output (of each, for several), batch first. */
  readonly expectedOutputShape?: Shape | readonly Shape[]
  readonly expectedOutputDtype?: DType
  /** How many values `init` makes. */
  readonly expectedParams?: number
  /** How many values `initState` makes. */
  readonly expectedState?: number
  readonly supportsMasking?: boolean
  /** A shape that must be refused with an error that names the layer. */
  readonly invalidInputShape?: Shape | readonly Shape[]
  /** Whether each sample's output depends on that sample alone at inference (default true). */
  readonly batchIndependent?: boolean
  /** Whether a few steps of gradient descent must reduce a loss (default: if there are parameters). */
  readonly trains?: boolean
  /** Name of a check to the reason why it is not run. */
  readonly skip?: Readonly<Record<string, string>>
  /** For gradients against finite differences in float64 (default 1e-6). */
  readonly gradientTolerance?: number
  /** For float32 results, compiled against eager (default 1e-5). */
  readonly tolerance?: number
  /** Where to run (default: the cpu backend). */
  readonly backend?: Backend
}
