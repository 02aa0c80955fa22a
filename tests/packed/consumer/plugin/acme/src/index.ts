export { RmsNorm, type RmsNormConfig } from './rms-norm.js'
export { SignDescent, type SignDescentConfig } from './sign-descent.js'
