import { expose } from 'comlink'
import { TrainingService } from './service.ts'

expose(new TrainingService())
