export default {
  none: '没有这家企业',
  noneText: '网址可能不完整或者有误。请按企业名称或统一社会信用代码查找。',
  search: '查找商家',
} as const
