export {
  bostonHousing,
  californiaHousing,
  cifar10,
  cifar100,
  fashionMnist,
  imdb,
  mnist,
  reuters,
} from '@gradus/datasets'
