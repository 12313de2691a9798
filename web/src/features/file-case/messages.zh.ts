export default {
  'file.title': '发起和解',
  'file.empty': '这里还没有内容',
  'notEnrolled.title': '企业没有加入和解机制',
  'notEnrolled.empty': '这里还没有内容',
} as const
