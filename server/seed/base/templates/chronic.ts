import { ask, danger, type DiseaseTemplate, drugs, reading } from './write.ts'

const diabetes: DiseaseTemplate = {
  code: 'disease-diabetes',
  name: '2 型糖尿病出院随访',
  title: { 'zh-CN': '2 型糖尿病随访', 'zh-TW': '第 2 型糖尿病追蹤', en: 'Type 2 diabetes follow-up' },
  source:
    '国家基本公共卫生服务规范（第三版）2017，2 型糖尿病患者健康管理（血糖 ≥16.7 或 ≤3.9 mmol/L 紧急转诊；空腹 ≥7.0 者 2 周内随访；每年至少 4 次）；中国糖尿病防治指南（2024 版）',
  codes: ['E11'],
  contacts: [
    { day: 5, dueDay: 7, by: 'nurse', title: '糖尿病：1 周电话', about: '低血糖、胰岛素注射、饮食。' },
    {
      day: 12,
      dueDay: 16,
      by: 'nurse',
      title: '糖尿病：2 周电话',
      about: '空腹血糖 7.0 mmol/L 以上者请主管医生调药。',
    },
    { day: 85, dueDay: 95, by: 'nurse', title: '糖尿病：3 个月电话', about: '复查糖化血红蛋白，足部检查。' },
    {
      day: 175,
      dueDay: 190,
      by: 'nurse',
      title: '糖尿病：6 个月电话',
      about: '眼底、尿微量白蛋白是否查过。',
    },
  ],
  guidance: [
    {
      day: 2,
      subject: '低血糖怎么办',
      text: '心慌、手抖、出冷汗、饿，可能是低血糖：马上测血糖。3.9 mmol/L 以下，吃 15 克糖（半杯含糖饮料或 3 到 4 块方糖），15 分钟后再测；神志不清时不要喂食，立即拨打 120。\n空腹血糖一般控制在 4.4 到 7.0 mmol/L，非空腹低于 10.0（医生另有要求的除外）。\n血糖 16.7 以上并恶心呕吐、气促，请立即就医。\n每天看一看双脚，有破口、水泡、颜色变化要早就医，不要自己修老茧、不要用热水袋。',
    },
    {
      day: 80,
      subject: '三个月了：该查糖化血红蛋白',
      text: '糖化血红蛋白反映近 2 到 3 个月的血糖，一般目标低于 7%。\n每年至少查一次眼底、尿微量白蛋白、血脂和足部。\n生病、不能进食时请打电话问用药，不要自行停用胰岛素。',
    },
  ],
  questions: [
    reading('fasting-glucose', ['最近一次空腹血糖', 'Last fasting glucose'], 'mmol/L', [1, 40], {
      below: 3.9,
      from: 16.7,
      text: ['血糖 ≥16.7 或 <3.9 mmol/L', 'Glucose ≥16.7 or <3.9 mmol/L'],
      withinMinutes: 60,
    }),
    reading(
      'postprandial-glucose',
      ['最近一次餐后 2 小时血糖', 'Last glucose two hours after a meal'],
      'mmol/L',
      [1, 40],
      {
        below: 3.9,
        from: 16.7,
        text: ['血糖 ≥16.7 或 <3.9 mmol/L', 'Glucose ≥16.7 or <3.9 mmol/L'],
        withinMinutes: 60,
      },
    ),
    ask(
      'hypoglycaemia',
      ['近一周有过低血糖吗？', 'Any low blood sugar in the last week?'],
      [
        ['none', '没有', 'None'],
        ['mild', '有，自己处理好了', 'Yes, treated by oneself'],
        ['severe', '有，需要别人帮助或昏迷过', 'Yes, needed help or lost consciousness'],
      ],
      { on: ['severe'], text: ['严重低血糖', 'Severe hypoglycaemia'], withinMinutes: 60 },
    ),
    danger(
      'signs',
      60,
      ['糖尿病急症或足部感染', 'Diabetic emergency or foot infection'],
      ['ketosis', '恶心呕吐、呼吸深快、嗜睡', 'Vomiting, deep fast breathing, drowsiness'],
      ['foot', '足部破溃、红肿、发黑', 'Foot ulcer, redness or black skin'],
      ['vision', '视力突然下降', 'Sudden loss of vision'],
      ['infection', '发热或明显感染', 'Fever or an infection'],
    ),
    drugs(['降糖药或胰岛素', 'the glucose-lowering drugs or insulin']),
    ask(
      'monitoring',
      ['在家测血糖吗？', 'Do you measure glucose at home?'],
      [
        ['daily', '每天', 'Every day'],
        ['weekly', '每周几次', 'Some times a week'],
        ['never', '不测', 'Never'],
      ],
    ),
    ask(
      'diet',
      ['饮食按交代吗？', 'Do you keep to the diet?'],
      [
        ['yes', '能做到', 'Yes'],
        ['partly', '部分做到', 'Partly'],
        ['no', '做不到', 'No'],
      ],
    ),
  ],
}

const copd: DiseaseTemplate = {
  code: 'disease-copd',
  name: '慢阻肺急性加重出院随访',
  title: { 'zh-CN': '慢阻肺随访', 'zh-TW': '慢性阻塞性肺病追蹤', en: 'COPD follow-up' },
  source:
    'Global Initiative for Chronic Obstructive Lung Disease (GOLD), 2024 Report, chapter 5: follow-up at 1-4 and at 12-16 weeks after an exacerbation；慢性阻塞性肺疾病诊治指南（2021 年修订版）',
  codes: ['J44'],
  contacts: [
    {
      day: 5,
      dueDay: 8,
      by: 'nurse',
      title: '慢阻肺：1 周电话',
      about: '气促、吸入方法、激素和抗生素疗程。',
    },
    {
      day: 21,
      dueDay: 28,
      by: 'attending-doctor',
      title: '慢阻肺：4 周电话',
      about: '吸入方法、氧疗是否还需要、肺康复。',
    },
    {
      day: 86,
      dueDay: 110,
      by: 'nurse',
      title: '慢阻肺：12-16 周电话',
      about: '复查肺功能、血氧；有无再次加重。',
    },
  ],
  guidance: [
    {
      day: 1,
      subject: '慢阻肺：吸入药和加重的信号',
      text: '吸入药每天按时用，用后漱口；吸入方法不对等于没有用药，复诊时请带上装置让我们看一遍。\n痰变多、变黄变稠、气短比平时重，出现两样请当天联系我们。\n说话断续、嘴唇发紫、嗜睡，请立即拨打 120。\n长期氧疗每天 15 小时以上，流量按医嘱，不要自己调大。\n戒烟是最有效的治疗；每年接种流感疫苗，并接种肺炎球菌疫苗。',
    },
  ],
  questions: [
    ask(
      'mmrc',
      ['气短到什么程度？（mMRC）', 'How breathless? (mMRC)'],
      [
        ['0', '剧烈活动才气短', 'Only with strenuous exercise'],
        ['1', '快走或上缓坡气短', 'When hurrying or walking up a slight hill'],
        ['2', '平地走比同龄人慢，或要停下喘气', 'Slower than people of my age, or has to stop'],
        ['3', '平地走 100 米左右要停', 'Stops after about 100 metres'],
        ['4', '不能出门，穿衣也气短', 'Too breathless to leave the house or to dress'],
      ],
      { on: ['4'], text: ['严重气短（mMRC 4 级）', 'Severe breathlessness (mMRC 4)'], withinMinutes: 120 },
    ),
    danger(
      'signs',
      60,
      ['慢阻肺再次加重', 'Exacerbation of COPD'],
      ['sputum', '痰变黄变稠、明显增多', 'More phlegm, yellow or thick'],
      ['rest', '静息时喘、说话断续', 'Breathless at rest or when speaking'],
      ['drowsy', '嗜睡、糊涂', 'Drowsy or confused'],
      ['cyanosis', '嘴唇、指甲发紫', 'Blue lips or nails'],
      ['haemoptysis', '咯血', 'Coughing up blood'],
    ),
    reading('spo2', ['指脉氧（安静时）', 'Oxygen saturation at rest'], '%', [50, 100], {
      below: 88,
      text: ['血氧饱和度 <88 %', 'Oxygen saturation below 88 %'],
      withinMinutes: 60,
    }),
    drugs(['吸入药', 'the inhalers']),
    ask(
      'technique',
      ['请说一说吸药的步骤：说对了吗？', 'Ask to describe how the inhaler is used: correct?'],
      [
        ['right', '都对', 'Correct'],
        ['wrong', '有错，已纠正', 'Mistakes, corrected'],
        ['unable', '说不清，请复诊时演示', 'Cannot tell; show at the visit'],
      ],
    ),
    ask(
      'smoking',
      ['现在抽烟吗？', 'Do you smoke now?'],
      [
        ['never', '从不', 'Never did'],
        ['stopped', '已戒', 'Stopped'],
        ['smokes', '还在抽', 'Yes'],
      ],
    ),
  ],
}

const asthma: DiseaseTemplate = {
  code: 'disease-asthma',
  name: '哮喘急性发作出院随访',
  title: { 'zh-CN': '哮喘随访', 'zh-TW': '氣喘追蹤', en: 'Asthma follow-up' },
  source:
    'Global Initiative for Asthma (GINA), Global Strategy 2024: review within 2-7 days after an exacerbation, 1-3 months after starting treatment; symptom control by four questions (Box 2-2)',
  codes: ['J45', 'J46'],
  contacts: [
    {
      day: 2,
      dueDay: 7,
      by: 'attending-doctor',
      title: '哮喘：1 周内电话',
      about: '发作是否缓解，控制药是否开始用。',
    },
    { day: 28, dueDay: 35, by: 'nurse', title: '哮喘：1 个月电话', about: '四项控制问题，吸入方法。' },
    { day: 85, dueDay: 95, by: 'nurse', title: '哮喘：3 个月电话', about: '控制良好满 3 个月可由医生降级。' },
  ],
  guidance: [
    {
      day: 1,
      subject: '哮喘：天天用控制药',
      text: '含激素的吸入药是控制药，没有症状也要每天用，用后漱口；急救药只在发作时用。\n一周用急救药超过两次，或夜里因为哮喘醒来，说明没有控制好，请联系我们。\n用急救药后 20 分钟没有好转、说话不成句、嘴唇发紫，请重复使用并立即拨打 120。\n避开烟、香、花粉、尘螨和已知的诱因；运动前按医嘱预防用药。',
    },
  ],
  questions: [
    ask(
      'daytime',
      [
        '近四周，白天有症状超过每周 2 次吗？',
        'In the last four weeks: daytime symptoms more than twice a week?',
      ],
      [
        ['no', '没有', 'No'],
        ['yes', '有', 'Yes'],
      ],
    ),
    ask(
      'night',
      ['近四周，夜里因为哮喘醒来过吗？', 'In the last four weeks: woken at night by asthma?'],
      [
        ['no', '没有', 'No'],
        ['yes', '有', 'Yes'],
      ],
    ),
    ask(
      'reliever',
      [
        '近四周，用急救药超过每周 2 次吗？',
        'In the last four weeks: reliever needed more than twice a week?',
      ],
      [
        ['no', '没有', 'No'],
        ['yes', '有', 'Yes'],
      ],
    ),
    ask(
      'limited',
      ['近四周，活动受限吗？', 'In the last four weeks: any limit of activity?'],
      [
        ['no', '没有', 'No'],
        ['yes', '有', 'Yes'],
      ],
      undefined,
      [
        '四项中 0 项为控制良好，1-2 项部分控制，3-4 项未控制（请主管医生评估升级）。',
        'Of the four: 0 well controlled, 1-2 partly, 3-4 uncontrolled (ask the doctor about stepping up).',
      ],
    ),
    danger(
      'signs',
      30,
      ['哮喘急性发作', 'Acute asthma'],
      ['speech', '喘得说话不成句', 'Too breathless to finish a sentence'],
      ['no-relief', '用急救药不缓解', 'No relief from the reliever'],
      ['cyanosis', '嘴唇发紫', 'Blue lips'],
    ),
    drugs(['控制药（含激素的吸入药）', 'the controller inhaler'], {
      text: ['自行停用哮喘控制药', 'Stopped the asthma controller'],
      withinMinutes: 1440,
    }),
  ],
}

const kidney: DiseaseTemplate = {
  code: 'disease-kidney',
  name: '慢性肾脏病 / 透析随访',
  title: {
    'zh-CN': '慢性肾脏病 / 透析随访',
    'zh-TW': '慢性腎臟病 / 透析追蹤',
    en: 'Chronic kidney disease or dialysis, follow-up',
  },
  source:
    'KDIGO 2024 Clinical Practice Guideline for CKD. Kidney Int 2024;105(4S):S117-S314；血液净化标准操作规程（2021 版）；KDOQI vascular access guideline 2019. Am J Kidney Dis 2020;75(4S2):S1-S164',
  codes: ['N18', 'N19', 'Z49', 'Z99.2'],
  contacts: [
    { day: 4, dueDay: 7, by: 'nurse', title: '肾病：1 周电话', about: '血压、浮肿、内瘘或导管、用药。' },
    { day: 28, dueDay: 33, by: 'nurse', title: '肾病：1 个月电话', about: '复查肌酐、血钾、血红蛋白。' },
    {
      day: 86,
      dueDay: 95,
      by: 'attending-doctor',
      title: '肾病：3 个月电话',
      about: '分期变化，透析或通路准备。',
    },
  ],
  guidance: [
    {
      day: 1,
      subject: '保护肾脏和血管通路',
      text: '每天量血压、称体重；食盐每天不超过 5 克。\n避免布洛芬一类止痛药和来路不明的中草药；做增强 CT 前告诉医生肾功能。\n血钾高的人少吃香蕉、橙子、土豆、低钠盐；手脚无力、心慌请立即就医。\n有内瘘的手臂每天摸一摸震颤，不量血压、不抽血、不提重物；摸不到震颤请马上来院。\n有透析导管的不要淋湿、不要自己打开；发热寒战请立即就医。\n透析的日子不要自行减少次数。',
    },
  ],
  questions: [
    danger(
      'signs',
      60,
      ['肾病或透析急症', 'Renal or dialysis emergency'],
      ['fistula', '内瘘摸不到震颤', 'No thrill in the fistula'],
      ['catheter', '导管处红肿流脓，或寒战发热', 'Catheter site infected, or chills and fever'],
      ['potassium', '手脚无力、心慌', 'Weak limbs, palpitations'],
      ['overload', '气短、不能平躺', 'Breathless, cannot lie flat'],
      ['urine', '尿量突然明显减少', 'Sudden fall in urine'],
    ),
    ask(
      'dialysis',
      ['透析按计划做了吗？', 'Has dialysis been done as planned?'],
      [
        ['not', '没有透析', 'Not on dialysis'],
        ['yes', '按计划', 'As planned'],
        ['missed', '缺了', 'Missed'],
      ],
      { on: ['missed'], text: ['缺透析', 'Missed dialysis'], withinMinutes: 240 },
    ),
    reading(
      'gain',
      ['两次透析之间体重增加', 'Weight gained between two dialyses (dry weight known)'],
      'kg',
      [0, 15],
    ),
    reading('systolic', ['最近一次收缩压（高压）', 'Last systolic blood pressure'], 'mmHg', [60, 260], {
      below: 90,
      from: 180,
      text: ['收缩压 ≥180 或 <90 mmHg', 'Systolic ≥180 or <90 mmHg'],
      withinMinutes: 60,
    }),
    drugs(['降压药、磷结合剂等', 'the drugs']),
    ask(
      'harmful',
      ['最近用过止痛药、抗生素或中草药吗？', 'Any painkillers, antibiotics or herbal medicine lately?'],
      [
        ['no', '没有', 'No'],
        ['yes', '有', 'Yes'],
      ],
      undefined,
      ['有的请记下名称，并转告主管医生。', 'If so, note the names and tell the doctor.'],
    ),
  ],
}

export const chronicTemplates = [diabetes, copd, asthma, kidney]
