export { MixtureOfExperts, type MixtureOfExpertsConfig } from './mixture-of-experts.js'
export { RmsNorm, type RmsNormConfig } from './rms-norm.js'
export { SignDescent, type SignDescentConfig } from './sign-descent.js'
export { WeightNorm, type WeightNormConfig } from './weight-norm.js'
