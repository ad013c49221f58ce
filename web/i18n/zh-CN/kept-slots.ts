/** Of the desk and the person page: slots that are kept, and the way to a return visit. */
export const keptSlots = {
  bookReturn: '约复诊',
  title: '为患者保留的号',
  'red-flag': '红旗保留，{{until}} 前有效',
  waitlist: '候补，{{until}} 前答复',
  suspension: '停诊改约，{{until}} 前答复',
  take: '就约这个',
  give: '不要',
  taken: '已预约',
  given: '号已放回',
} as const
