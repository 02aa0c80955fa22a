export { cpu } from './cpu.ts'
