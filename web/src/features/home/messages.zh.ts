export default {
  'home.title': '和解',
  'home.empty': '这里还没有内容',
} as const
