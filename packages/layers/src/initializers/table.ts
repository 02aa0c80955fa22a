import { Constant } from './constant.ts'
import { GlorotNormal } from './glorot-normal.ts'
import { GlorotUniform } from './glorot-uniform.ts'
import { HeNormal } from './he-normal.ts'
import { HeUniform } from './he-uniform.ts'
import { Identity } from './identity.ts'
import { LecunNormal } from './lecun-normal.ts'
import { LecunUniform } from './lecun-uniform.ts'
import { Ones } from './ones.ts'
import { Orthogonal } from './orthogonal.ts'
import { RandomNormal } from './random-normal.ts'
import { RandomUniform } from './random-uniform.ts'
import { TruncatedNormal } from './truncated-normal.ts'
import { VarianceScaling } from './variance-scaling.ts'
import { Zeros } from './zeros.ts'

/** The initializers by the names that layers take, with Keras's second names. */
export const initializers = {
  constant: Constant,
  glorotNormal: GlorotNormal,
  glorotUniform: GlorotUniform,
  heNormal: HeNormal,
  heUniform: HeUniform,
  identity: Identity,
  lecunNormal: LecunNormal,
  lecunUniform: LecunUniform,
  normal: RandomNormal,
  one: Ones,
  ones: Ones,
  orthogonal: Orthogonal,
  randomNormal: RandomNormal,
  randomUniform: RandomUniform,
  truncatedNormal: TruncatedNormal,
  uniform: RandomUniform,
  varianceScaling: VarianceScaling,
  zero: Zeros,
  zeros: Zeros,
} as const
