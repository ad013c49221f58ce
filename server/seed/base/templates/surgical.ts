import { ask, danger, type DiseaseTemplate, drugs, photo, reading } from './write.ts'

const wound = danger(
  'wound',
  240,
  ['切口感染或出血', 'Wound infected or bleeding'],
  ['red', '红肿热痛加重', 'Redder, hotter, more swollen or painful'],
  ['pus', '流脓、有异味', 'Pus or bad smell'],
  ['open', '裂开', 'Opened'],
  ['bleeding', '渗血不止', 'Bleeding that does not stop'],
)

const woundPhoto = photo(
  'wound-photo',
  ['方便的话，请拍一张伤口的照片', 'If you can, take a photo of the wound'],
  [
    '光线充足，离伤口约 20 厘米，只拍伤口；不方便可以不拍。',
    'In good light, from about 20 cm, the wound only; you may leave it out.',
  ],
)

const temperature = reading('temperature', ['最高体温', 'Highest temperature'], '℃', [34, 43], {
  from: 38.5,
  text: ['术后发热 ≥38.5 ℃', 'Fever of 38.5 °C or more after surgery'],
  withinMinutes: 240,
})

const pain = reading('pain', ['现在有多痛？0 不痛，10 最痛', 'Pain now, 0 none to 10 worst'], '', [0, 10], {
  from: 7,
  text: ['重度疼痛（≥7 分）', 'Severe pain (7 or more)'],
  withinMinutes: 240,
})

const generalSurgery: DiseaseTemplate = {
  code: 'disease-general-surgery',
  name: '普通外科术后随访',
  title: { 'zh-CN': '普通外科术后随访', 'zh-TW': '一般外科術後追蹤', en: 'General surgery follow-up' },
  source:
    'WHO Global Guidelines for the Prevention of Surgical Site Infection, 2nd ed. 2018（术后 30 天内监测）；CDC/NHSN Surgical Site Infection Event definitions',
  codes: ['K35', 'K36', 'K37', 'K40', 'K41', 'K42', 'K43', 'K56', 'D34', 'C73', 'E04'],
  unless: ['K80', 'K81', 'K82', 'O', 'Z51'],
  contacts: [
    { day: 2, dueDay: 4, by: 'nurse', title: '外科：3 天电话', about: '切口、疼痛、进食、大小便。' },
    { day: 12, dueDay: 15, by: 'nurse', title: '外科：2 周电话', about: '拆线、病理结果。' },
    {
      day: 28,
      dueDay: 31,
      by: 'attending-doctor',
      title: '外科：30 天电话',
      about: '手术部位感染的最后一次询问。',
    },
  ],
  guidance: [
    {
      day: 1,
      subject: '手术以后在家怎么护理',
      text: '切口保持干净干燥，拆线前不要泡澡；红肿、流脓、裂开请当天联系我们。\n体温 38.5 ℃ 以上、腹痛加重、呕吐不能进食、不排气不排便，请立即就医。\n按交代逐步活动：每天多次走动，4 到 6 周内不提重物（腹部手术）。\n止痛药按医嘱用；有抗凝针的要打满疗程。\n病理结果出来后请带病历复诊。',
    },
  ],
  questions: [
    wound,
    woundPhoto,
    temperature,
    pain,
    danger(
      'signs',
      120,
      ['术后危险症状', 'Dangerous signs after surgery'],
      ['obstruction', '腹胀、呕吐、不排气', 'Bloated, vomiting, no wind'],
      ['abdomen', '腹痛加重', 'Worse abdominal pain'],
      ['leg', '一侧小腿肿痛', 'One calf swollen and painful'],
      ['chest', '胸痛、气短', 'Chest pain or short of breath'],
      ['jaundice', '皮肤眼睛发黄', 'Yellow skin or eyes'],
    ),
    ask(
      'food',
      ['吃饭怎么样？', 'How is eating?'],
      [
        ['normal', '正常', 'Normal'],
        ['little', '吃得少', 'Little'],
        ['none', '吃不下', 'Cannot eat'],
      ],
      { on: ['none'], text: ['术后不能进食', 'Cannot eat after surgery'], withinMinutes: 240 },
    ),
    ask(
      'stitches',
      ['拆线了吗？', 'Stitches out?'],
      [
        ['not-needed', '不用拆', 'Not needed'],
        ['done', '已拆', 'Done'],
        ['not-yet', '还没', 'Not yet'],
      ],
    ),
  ],
}

const jointReplacement: DiseaseTemplate = {
  code: 'disease-joint-replacement',
  name: '关节置换术后随访',
  title: { 'zh-CN': '关节置换术后随访', 'zh-TW': '人工關節置換術後追蹤', en: 'Joint replacement follow-up' },
  source:
    'Falck-Ytter Y et al. Prevention of VTE in orthopedic surgery patients (ACCP). Chest 2012;141(2S):e278S-e325S（预防血栓 10-14 天，可至 35 天）；中国髋、膝关节置换术加速康复——围术期管理策略专家共识 2016',
  codes: ['Z96.6', 'M16', 'M17', 'S72.0'],
  contacts: [
    { day: 4, dueDay: 7, by: 'nurse', title: '关节：1 周电话', about: '切口、小腿肿痛、抗凝药、锻炼。' },
    { day: 12, dueDay: 16, by: 'attending-doctor', title: '关节：2 周电话', about: '拆线，活动度，疼痛。' },
    { day: 38, dueDay: 45, by: 'nurse', title: '关节：6 周电话', about: '抗凝疗程结束，助行器，复查 X 光。' },
    { day: 85, dueDay: 95, by: 'nurse', title: '关节：3 个月电话', about: '功能恢复、满意度。' },
  ],
  guidance: [
    {
      day: 1,
      subject: '换了关节以后',
      text: '抗凝药或抗凝针按医嘱用满疗程（一般 10 到 35 天），防的是腿上的血栓。\n一侧小腿突然肿痛、胸痛、气短，请立即就医或拨打 120。\n每天做踝泵、抬腿和屈膝练习，每次 15 分钟、每天 3 到 4 次，疼痛可忍为度。\n髋关节置换后 3 个月内不要跷二郎腿、不坐矮凳、不弯腰过 90 度。\n切口渗液、红肿、发热请当天联系我们；拔牙等操作前告诉医生您有人工关节。\n家里拿掉地垫，洗手间装扶手，防跌倒。',
    },
  ],
  questions: [
    wound,
    woundPhoto,
    temperature,
    pain,
    danger(
      'signs',
      60,
      ['疑似血栓或脱位', 'Possible thrombosis or dislocation'],
      ['calf', '一侧小腿肿胀疼痛', 'One calf swollen and painful'],
      ['chest', '胸痛、气短', 'Chest pain or short of breath'],
      ['dislocation', '突然剧痛、腿变短、不能活动', 'Sudden severe pain, shorter leg, cannot move'],
      ['fall', '摔倒', 'Fell'],
    ),
    drugs(['抗凝药或抗凝针', 'the anticoagulant'], {
      text: ['自行停用抗凝药', 'Stopped the anticoagulant'],
      withinMinutes: 480,
    }),
    reading('flexion', ['膝关节能弯多少度？', 'Knee flexion'], '°', [0, 160]),
    ask(
      'walking',
      ['怎样走路？', 'How do you walk?'],
      [
        ['alone', '自己走', 'Alone'],
        ['stick', '拄拐', 'With a stick'],
        ['frame', '用助行器', 'With a frame'],
        ['not', '还不能走', 'Not yet'],
      ],
    ),
    ask(
      'exercise',
      ['锻炼每天做吗？', 'Do you exercise every day?'],
      [
        ['yes', '每天', 'Every day'],
        ['sometimes', '有时', 'Sometimes'],
        ['no', '没有', 'No'],
      ],
    ),
  ],
}

const cholecystectomy: DiseaseTemplate = {
  code: 'disease-cholecystectomy',
  name: '胆囊切除术后随访',
  title: { 'zh-CN': '胆囊切除术后随访', 'zh-TW': '膽囊切除術後追蹤', en: 'Cholecystectomy follow-up' },
  source:
    'Overby DW et al. SAGES guidelines for the clinical application of laparoscopic biliary tract surgery. Surg Endosc 2010;24:2368-2386；NICE CG188 Gallstone disease, 2014',
  codes: ['K80', 'K81', 'K82'],
  contacts: [
    {
      day: 2,
      dueDay: 4,
      by: 'nurse',
      title: '胆囊：3 天电话',
      about: '黄疸、腹痛、发热：排除胆漏和胆管结石。',
    },
    { day: 12, dueDay: 16, by: 'nurse', title: '胆囊：2 周电话', about: '切口、饮食、病理。' },
    { day: 28, dueDay: 33, by: 'attending-doctor', title: '胆囊：1 个月电话', about: '腹泻、腹痛是否好转。' },
  ],
  guidance: [
    {
      day: 1,
      subject: '切除胆囊以后怎么吃',
      text: '头两周清淡、少油、少量多餐，之后慢慢恢复正常；有些人会短期腹泻，多数几周内好转。\n皮肤眼睛发黄、尿色像浓茶、上腹痛加重、发热寒战，请立即就医。\n腹腔镜手术后肩膀酸痛多为残余气体，几天内消失。\n切口保持干燥；一周后可做轻体力活动，一个月内不提重物。',
    },
  ],
  questions: [
    danger(
      'signs',
      60,
      ['疑似胆漏、胆管炎或结石残留', 'Possible bile leak, cholangitis or retained stone'],
      ['jaundice', '皮肤、眼睛发黄', 'Yellow skin or eyes'],
      ['urine', '尿色像浓茶，大便发白', 'Dark urine, pale stools'],
      ['abdomen', '上腹痛加重', 'Worse pain in the upper abdomen'],
      ['chills', '寒战发热', 'Chills and fever'],
      ['vomiting', '呕吐不能进食', 'Vomiting, cannot eat'],
    ),
    wound,
    woundPhoto,
    temperature,
    pain,
    ask(
      'stool',
      ['大便怎么样？', 'How are the stools?'],
      [
        ['normal', '正常', 'Normal'],
        ['loose', '每天稀便 3 次以上', 'Loose, three or more a day'],
        ['none', '三天以上没有', 'None for three days or more'],
      ],
    ),
    ask(
      'diet',
      ['饮食清淡少油做到了吗？', 'Do you keep to a low-fat diet?'],
      [
        ['yes', '做到', 'Yes'],
        ['partly', '部分', 'Partly'],
        ['no', '没有', 'No'],
      ],
    ),
  ],
}

const chemotherapy: DiseaseTemplate = {
  code: 'disease-chemotherapy',
  name: '肿瘤化疗后随访',
  title: { 'zh-CN': '肿瘤化疗后随访', 'zh-TW': '腫瘤化療後追蹤', en: 'After chemotherapy, follow-up' },
  source:
    'Freifeld AG et al. IDSA guideline for neutropenic patients with cancer. Clin Infect Dis 2011;52:e56-e93（体温 ≥38.3 ℃ 一次或 ≥38.0 ℃ 持续 1 小时）；NCCN Guidelines, Antiemesis; Hematopoietic Growth Factors（骨髓抑制低谷多在 7-14 天）',
  codes: ['Z51.1', 'Z51.2', 'Z51.8'],
  contacts: [
    { day: 2, dueDay: 4, by: 'nurse', title: '化疗：3 天电话', about: '迟发性呕吐、进食、PICC 或输液港。' },
    {
      day: 7,
      dueDay: 10,
      by: 'nurse',
      title: '化疗：7-10 天电话',
      about: '骨髓抑制低谷：体温、血常规。',
    },
    { day: 16, dueDay: 20, by: 'attending-doctor', title: '化疗：下一周期前电话', about: '能否按期返院。' },
  ],
  guidance: [
    {
      day: 1,
      subject: '化疗以后：发热就是急症',
      text: '每天量体温。一次到 38.3 ℃，或 38.0 ℃ 持续 1 小时，请马上打电话并到急诊，不要先吃退烧药等着。\n化疗后第 7 到 14 天白细胞最低：少去人多的地方，勤洗手，不吃生冷，按要求查血常规。\n止吐药按时吃，一天呕吐 3 次以上、24 小时喝不下水请联系我们。\n出血点、鼻血不止、黑便请立即就医。\n每周维护 PICC；置管手臂肿痛、穿刺处红肿请联系我们。',
    },
  ],
  questions: [
    reading('temperature', ['最高体温', 'Highest temperature'], '℃', [34, 43], {
      from: 38,
      text: ['化疗后发热 ≥38.0 ℃', 'Fever of 38.0 °C or more after chemotherapy'],
      withinMinutes: 30,
    }),
    ask(
      'vomiting',
      ['恶心呕吐怎么样？', 'Nausea and vomiting?'],
      [
        ['0', '没有', 'None'],
        ['1', '恶心，不影响进食', 'Nausea, eating as usual'],
        ['2', '一天吐 1-2 次', 'Vomits once or twice a day'],
        ['3', '一天吐 3 次以上或喝不下水', 'Three times or more, or cannot drink'],
      ],
      { on: ['3'], text: ['化疗后严重呕吐', 'Severe vomiting after chemotherapy'], withinMinutes: 240 },
    ),
    danger(
      'signs',
      60,
      ['化疗后危险症状', 'Dangerous signs after chemotherapy'],
      ['bleeding', '出血点、鼻血不止、黑便', 'Bruises, nosebleed that does not stop, black stools'],
      ['diarrhoea', '一天腹泻 7 次以上', 'Diarrhoea seven times a day or more'],
      ['mucositis', '口腔溃疡吃不下', 'Mouth ulcers, cannot eat'],
      ['line', '置管处红肿、手臂肿痛', 'Line site red, or a swollen arm'],
      ['dyspnoea', '气短、胸闷', 'Short of breath'],
    ),
    reading('neutrophils', ['最近一次中性粒细胞', 'Last neutrophil count'], '×10⁹/L', [0, 50], {
      below: 1,
      text: ['中性粒细胞 <1.0×10⁹/L', 'Neutrophils below 1.0×10⁹/L'],
      withinMinutes: 120,
    }),
    reading('platelets', ['最近一次血小板', 'Last platelet count'], '×10⁹/L', [0, 2000], {
      below: 50,
      text: ['血小板 <50×10⁹/L', 'Platelets below 50×10⁹/L'],
      withinMinutes: 120,
    }),
    pain,
    ask(
      'line-care',
      ['PICC / 输液港按时维护了吗？', 'Line or port cared for in time?'],
      [
        ['none', '没有置管', 'No line'],
        ['yes', '按时', 'Yes'],
        ['no', '没有', 'No'],
      ],
    ),
  ],
}

export const surgicalTemplates = [generalSurgery, jointReplacement, cholecystectomy, chemotherapy]
