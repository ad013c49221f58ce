/** Words of the contact gate: why it refuses, how a consent was given, and its settings. */
export const contactCodes = {
  suppressionReason: {
    deceased: '已過世',
    'opted-out': '本人拒收',
    'no-consent': '未獲同意',
    'no-address': '無聯絡方式',
    'open-dispute': '糾紛處理中',
    'frequency-cap': '超過次數上限',
    'enrollment-stopped': '路徑已停止',
    'form-closed': '問卷已不需要填寫',
    'no-public-address': '尚未設定本系統的公開網址',
  },
  consentProof: {
    paper: '紙本簽名',
    form: '電子表單',
    recording: '通話錄音',
    message: '訊息回覆',
    portal: '病患入口',
  },
}

export const contactSettings = {
  name: {
    'contact_quiet-from': '勿擾開始',
    'contact_quiet-to': '勿擾結束',
    'contact_marketing-per-30-days': '健康推廣，每人 30 天最多',
    'contact_total-per-7-days': '所有訊息，每人 7 天最多',
    'contact_household-marketing-per-30-days': '行銷訊息，每戶 30 天最多',
    'contact_household-total-per-7-days': '所有訊息，每戶 7 天最多',
    'contact_on-holidays': '假日也發非診療訊息',
  },
  source: {
    'contact_quiet-from': '本產品預設：收件人當地 21:00–8:00 不打擾',
    'contact_quiet-to': '本產品預設：收件人當地 21:00–8:00 不打擾',
    'contact_marketing-per-30-days': '本產品預設',
    'contact_total-per-7-days': '本產品預設',
    'contact_household-marketing-per-30-days': '本產品預設：共用電話或電子郵件的人合計',
    'contact_household-total-per-7-days': '本產品預設：共用電話或電子郵件的人合計',
    'contact_on-holidays': '本產品預設：國定假日只做診療聯絡',
  },
}
