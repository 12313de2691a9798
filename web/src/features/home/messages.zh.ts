export default {
  'home.title': '和商家的问题，在这里当面谈清楚',
  'home.lead': '说出您的问题，商家 {first_response} 个工作日内必须答复。谈不成，自动转市场监管部门。',
} as const
