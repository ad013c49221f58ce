/** Words of the contact gate: why it refuses, how a consent was given, and its settings. */
export const contactCodes = {
  suppressionReason: {
    deceased: '已去世',
    'opted-out': '本人拒收',
    'no-consent': '未获同意',
    'no-address': '无联系方式',
    'open-dispute': '纠纷处理中',
    'frequency-cap': '超过频次上限',
    'enrollment-stopped': '路径已停止',
    'form-closed': '问卷已不需要填写',
    'no-appointment': '不是关于预约的消息',
    'no-public-address': '没有设置本系统的公开网址',
    'no-account': '没有可用的发送通道',
    'chat-left': '对方已离开网页',
  },
  optOutReason: { 'preference-page': '本人在联系偏好页设置' },
  consentProof: {
    paper: '纸质签字',
    form: '电子表单',
    recording: '通话录音',
    message: '消息回复',
    portal: '患者门户',
  },
}

export const contactSettings = {
  name: {
    'contact_quiet-from': '勿扰开始',
    'contact_quiet-to': '勿扰结束',
    'contact_marketing-per-30-days': '健康推广，每人 30 天最多',
    'contact_total-per-7-days': '所有消息，每人 7 天最多',
    'contact_household-marketing-per-30-days': '营销消息，每户 30 天最多',
    'contact_household-total-per-7-days': '所有消息，每户 7 天最多',
    'contact_campaign-economic-weight': '活动优先级中经济可行性的权重',
    'contact_on-holidays': '节假日也发非诊疗消息',
    'template_second-reader': '健康和营销用语须另一人发布',
    'contact_preference-days': '联系偏好链接有效',
  },
  source: {
    'contact_quiet-from': '本产品默认：收件人当地 21:00–8:00 不打扰',
    'contact_quiet-to': '本产品默认：收件人当地 21:00–8:00 不打扰',
    'contact_marketing-per-30-days': '本产品默认',
    'contact_total-per-7-days': '本产品默认',
    'contact_household-marketing-per-30-days': '本产品预设：共用电话或邮箱的人合计',
    'contact_household-total-per-7-days': '本产品预设：共用电话或邮箱的人合计',
    'contact_campaign-economic-weight': '本产品预设：经济与战略可行性同等重要',
    'contact_on-holidays': '本产品预设：法定节假日只做诊疗联系',
    'template_second-reader': '本产品默认：诊疗和营销模板由没有写过的人发布',
    'contact_preference-days': '本产品默认：退订链接至少在发出后 30 天内有效',
  },
}
