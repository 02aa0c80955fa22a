import type { Loader } from '../loader.ts'
import * as addressModule from './addresses.ts'
import * as commandModule from './commands.ts'
import * as configModule from './configs.ts'
import * as dataModule from './data.ts'
import * as dataSetModule from './data-sets.ts'
import * as fileModule from './files.ts'
import * as imageModule from './images.ts'
import * as kerasModule from './keras-files.ts'
import * as layerModule from './layer-changes.ts'
import * as modelModule from './models.ts'
import * as optionModule from './options.ts'
import * as savedTableModule from './saved-tables.ts'
import * as stateModule from './states.ts'
import * as tableModule from './tables.ts'
import * as tfjsModule from './tfjs-files.ts'
import * as weightModule from './weights.ts'

const { goodFiles: _, ...files } = fileModule
const { statefulCallbacks: __, ...states } = stateModule

/** Loaders of configs and settings. */
export const configLoaders: readonly Loader[] = [configModule, addressModule, commandModule].flatMap((module) =>
  Object.values<Loader>(module),
)
/** Loaders of models as data, and of options in code. */
export const modelLoaders: readonly Loader[] = [modelModule, optionModule].flatMap((module) =>
  Object.values<Loader>(module),
)
/** Loaders of files, weights, states and samples. */
export const fileLoaders: readonly Loader[] = [
  files,
  dataModule,
  dataSetModule,
  imageModule,
  kerasModule,
  layerModule,
  savedTableModule,
  states,
  tableModule,
  tfjsModule,
  weightModule,
].flatMap((module) => Object.values<Loader>(module))
