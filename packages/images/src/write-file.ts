// Loaded with the first image that is saved. Bundlers take only this function of the package, and leave out the others.
export { writeFileAtomic } from '@gradus/io'
