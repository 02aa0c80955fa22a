import type { Layer } from '@gradus/core'
import type { Backend, DType, Shape } from '@gradus/tensor'
import type { Source } from '../configured-source.ts'

/** A layer class, or a function that makes one. */
export type LayerSource = Source<Layer>

/** The options of `layerChecks`. */
export interface LayerCheckOptions<C = object> {
  /** The config, if the layer is given as a class. */
  readonly config?: C
  /** Shape of the input, batch first. */
  readonly inputShape?: Shape
  /** The shapes of the inputs, for a layer that takes a list, in place of `inputShape`. */
  readonly inputShapes?: readonly Shape[]
  /** The dtype of all inputs or of each (default: the layer's `inputDType`). */
  readonly inputDtype?: DType | readonly DType[]
  /** Range of the random inputs (default -1.5 to 1.5, for integers 0 to 3). */
  readonly inputRange?: readonly [low: number, high: number]
  /** A mask for the first input, nested like its first two dimensions. */
  readonly mask?: readonly (readonly boolean[])[]
  /** Shape of the output, or of each of several outputs, batch first. */
  readonly expectedOutputShape?: Shape | readonly Shape[]
  readonly expectedOutputDtype?: DType
  /** The number of elements of all parameters. */
  readonly expectedParams?: number
  /** The number of elements of the state. */
  readonly expectedState?: number
  readonly supportsMasking?: boolean
  /** An input shape that must be refused with an error that names the layer. */
  readonly invalidInputShape?: Shape | readonly Shape[]
  /** Whether, in inference, the output for a sample depends on that sample only (default true). */
  readonly batchIndependent?: boolean
  /** Whether a few steps of gradient descent must reduce a loss (default: true if there are trained parameters). */
  readonly trains?: boolean
  /** The checks to skip by name, each with a reason. */
  readonly skip?: Readonly<Record<string, string>>
  /** Tolerance for gradients against finite differences in float64 (default 1e-6). */
  readonly gradientTolerance?: number
  /** Tolerance for float32 results, compiled against eager (default 1e-5). */
  readonly tolerance?: number
  /** Whether the backend computes in float64 (default true). Checks that need it are skipped otherwise. */
  readonly float64?: boolean
  /** The backend (default: the cpu backend). */
  readonly backend?: Backend
}
