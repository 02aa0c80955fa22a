// What packages load on use. A bundler does not load the other code of this package with it.
export { loadImg } from './load-img.ts'
