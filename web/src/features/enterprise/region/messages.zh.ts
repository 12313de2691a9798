export default {
  province: '省、自治区、直辖市',
  city: '市、州',
  county: '区、县',
  choose: '请选择',
  allOf: '全部',
  failed: '地区没有加载出来。',
} as const
