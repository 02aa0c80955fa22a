// What packages share about files; programs without files do not load it.
export { type PngPixels, pngFile, pngRows } from './png.ts'
export { reasonOf, replaceFile, shortened } from './replace-file.ts'
export { strayFile } from './stray-file.ts'
export * from './zip-directory.ts'
