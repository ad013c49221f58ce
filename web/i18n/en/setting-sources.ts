/** Where the defaults come from, by key. */
export const settingSources = {
  'follow-up_instruction_days':
    'CareLoop choice: the day after tomorrow, where the service centre chooses no time',
  'follow-up_instruction_escalate-hours':
    'CareLoop choice: one more day, then the instruction goes to the top of the list',
  'dispute_answer-days':
    'Measures for Handling Complaints in Medical Institutions (2019): answer within five working days',
  'dispute_escalate-days': 'CareLoop choice: an answer that is late is looked for every working day',
  'case_answer-days':
    'Rules on complaints (医疗机构投诉管理办法, 2019): look into it and answer within five working days',
  'case_answer-days-several':
    'Rules on complaints (医疗机构投诉管理办法, 2019): ten working days where several departments are concerned',
  'case_12320-report-days': 'Rules of 12320: report up within one working day',
  'case_12320-answer-days': 'Rules of 12320: resolve within five working days',
  'case_12320-close-days': 'Rules of 12320: call back and ask for satisfaction within one working day',
  'case_12345-answer-days': 'CareLoop choice: 12345 differs by city; enter yours',
  'case_consultation-days': 'CareLoop choice: answered the next working day',
  'case_service-request-days': 'CareLoop choice: common at service centres',
  'case_suggestion-days': 'CareLoop choice: weighed and answered within two weeks',
  'case_praise-days': 'CareLoop choice: passed on within a week',
  'case_lost-property-days': 'CareLoop choice: common at service centres',
  'case_report-mailing-days': 'CareLoop choice: common at service centres',
  'case_close-days': 'CareLoop choice: told and closed within three working days of the answer',
  'case_consult-days': 'CareLoop choice: a department answers within two working days',
  'case_escalate-head-days': 'CareLoop choice: the head is told a working day after the time ran out',
  'case_escalate-manager-days': 'CareLoop choice: the service manager another working day later',
  'case_escalate-leader-days': 'CareLoop choice: the leadership two more working days later',
  'case_improvement-days': 'CareLoop choice: a quarter before against a quarter after',
  'case_promise-days': 'CareLoop choice: where no time was promised',
  'case_promise-remind-hours': 'CareLoop choice: half a working day before',
  'case_promise-repeat-count': 'CareLoop choice: the third one is no accident',
  'case_promise-repeat-days': 'CareLoop choice: within a month',
  'conversation_hours-from': 'CareLoop choice: service desks open at 8',
  'conversation_hours-to': 'CareLoop choice: service desks close at 18',
  'conversation_working-days-only': 'CareLoop choice: people ask at weekends, too',
  'conversation_answer-minutes':
    'CareLoop choice: a message without an answer for so long stands out in the inbox',
  'conversation_urgent-words':
    'CareLoop choice: whoever writes one of these is told the emergency number at once, and a colleague calls back within 15 minutes; empty = never',
  'portal_verify-months': 'CareLoop choice: telephone companies give a number to somebody else after 90 days',
  'portal_session-days': 'CareLoop choice: a telephone is used by one person and locked by itself',
  'portal_talk-reports':
    'CareLoop choice; HIV by the Chinese regulations on AIDS prevention, Art. 42. Words with commas between them',
  'portal_seen-reports':
    'CareLoop choice; critical values always wait for a doctor. Words with commas between them',
  'conversation_auto-answer':
    'CareLoop choice: outside of these hours people are told once when somebody answers',
  'conversation_auto-text':
    'CareLoop choice: empty = our own words in the language of the person; {{opens}} and {{hospital}} are filled in',
  'conversation_ask-satisfaction': 'CareLoop choice: one question at the end of a web chat',
  'conversation_chat-origins': 'CareLoop choice: origins such as https://www.hospital.example; empty = none',
  'conversation_chat-starts-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'conversation_chat-starts-all': 'CareLoop choice: more than people do, less than bots try',
  'conversation_chat-texts-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'conversation_chat-texts-all': 'CareLoop choice: more than people do, less than bots try',
  'conversation_chat-texts-visitor': 'CareLoop choice: nobody writes more by hand',
  'organisation_time-zone':
    'CareLoop choice: the time of mainland China; every site has its own, this one counts only where no site is known',
  organisation_country:
    'CareLoop choice: the mainland; a telephone number without a country code is one of this country (ISO 3166)',
  'follow-up_level-1_days':
    '96120 call-centre report: three-level follow-up, attending doctor by phone within 1 week',
  'follow-up_level-2_days': 'Common practice: head nurse or service centre within 2 weeks',
  'follow-up_level-3_days': '96120 call-centre report: three-level follow-up, home visit within 1 month',
  'follow-up_level-3_sample-rate': '96120 call-centre report says "a sample"; the share is ours',
  'follow-up_attempts_max': 'Vendor practice on the Chinese market',
  'follow-up_attempts_second-after-hours': 'Vendor practice: attempts at 0 / 24 / 72 h',
  'follow-up_attempts_third-after-hours':
    'Vendor practice: attempts at 0 / 24 / 72 h, counted from the first',
  'follow-up_hours_from': 'Vendor practice: weekdays 9:00–20:00',
  'follow-up_hours_to': 'Vendor practice: weekdays 9:00–20:00',
  'follow-up_hours_working-days-only': 'Vendor practice: weekdays 9:00–20:00',
  'follow-up_instruction_by-hand':
    'CareLoop choice: a result is submitted with its recording; one click less for every instruction',
  'follow-up_link-days':
    'CareLoop choice: the levels of follow-up are a week apart; a later answer would speak of another time',
  'follow-up_hold-minutes': 'CareLoop choice',
  'follow-up_undo-minutes': 'CareLoop choice',
  'follow-up_minutes_call':
    'Vendor figures: a nurse manages 20–30 calls a day by hand; 8 hours by 25 calls. Put your own in once you have them',
  'follow-up_minutes_home-visit': 'With the way there and back (custom)',
  'follow-up_minutes_other': 'CareLoop choice: questionnaires and other tasks',
  'pathway_publish_second-person':
    'CareLoop choice: where on, another person than the author publishes a pathway',
  'follow-up_calls-per-hour':
    'CareLoop choice: about ten minutes each, so that one agent keeps six in an hour',
  'follow-up_ladder':
    'CareLoop choice: family, community, letter in turn; it takes hours, so the site switches it on',
  'follow-up_ladder_family-attempts': 'CareLoop choice: a day apart; 0 leaves it out',
  'follow-up_ladder_community-attempts':
    'CareLoop choice: one question to the health station; 0 leaves it out',
  'follow-up_ladder_letter': 'CareLoop choice: where the address is known',
  'follow-up_ladder_letter-days': 'CareLoop choice: a week each way by post',
  'follow-up_ladder_letter-text': 'CareLoop choice: nothing about illness or treatment',
  'follow-up_ladder_letter-phone': 'The number that people are asked to call',
  'follow-up_daily-goal': 'CareLoop aim: 60 calls a day; by hand a nurse manages 20–30',
  'intake_silent-minutes': 'CareLoop choice',
  'intake_apply-test-messages': 'CareLoop choice: messages for training or debugging are about nobody',
  'intake_keep-days': 'Cybersecurity Law Art. 21: network logs at least 6 months',
  'outbound_ack-timeout-seconds':
    'CareLoop choice: HL7 names no number; receivers that answer after a commit take seconds, interface engines wait 5 to 60',
  'outbound_retry-first-seconds': 'CareLoop choice: twice as long after each further failure',
  'outbound_retry-longest-seconds':
    'CareLoop choice: a receiver that comes back gets its messages within five minutes',
  'outbound_silent-minutes': 'CareLoop choice',
  'import_keep-days': 'PIPL Art. 19: no longer than the purpose needs',
  'group_warn-days': 'CareLoop choice: time enough for a round of talks before an agreement runs out',
  fhir_site: "CareLoop choice: empty = the key's own site, else the first",
  'fhir_identifier-systems': 'CareLoop choice: pairs such as http://his.example/mrn=mrn:NH; separated by ;',
  'fhir_cors-origins': 'CareLoop choice: origins such as https://app.example, separated by ;, empty = none',
  'security_session-idle-minutes': 'OWASP ASVS 5: idle limit by risk',
  'security_session-absolute-hours': 'OWASP ASVS 5 / NIST SP 800-63B AAL2: 12 hours',
  security_launch: 'CareLoop choice: an integration key can then work as any member of staff of its site',
  'security_launch-origins':
    'CareLoop choice: exact origins such as https://his.example.org; empty = own window only',
  'security_launch-open-seconds': 'RFC 6749 4.1.2: 10 minutes at most; a workstation opens its link at once',
  'security_launch-session-hours': 'CareLoop choice: a shift; shorter than a session with a password',
  'security_outbound-hosts':
    'CareLoop choice: names, addresses and ranges; narrow it to the systems there are',
  'security_audit-keep-years': 'HIPAA: audit documentation 6 years',
  'spot-check_automatic': 'CareLoop choice: a check that waits for somebody to start it is forgotten',
  'spot-check_day': 'CareLoop choice: results registered late are in by then',
  'spot-check_share': 'CareLoop choice: one result in twenty',
  'spot-check_minimum': 'CareLoop choice: everybody is checked every month',
  'spot-check_maximum': 'CareLoop choice: what a service centre can call',
  'spot-check_new-doctor-factor': 'CareLoop choice: of a doctor without a record, twice as many',
  'spot-check_new-doctor-days': 'CareLoop choice: one quarter',
  'spot-check_weight_stated': 'CareLoop choice: nothing but words proves the result',
  'spot-check_weight_short-call': 'CareLoop choice: too short to have asked everything',
  'spot-check_weight_repeated': 'CareLoop choice: the same answers again and again may not have been asked',
  'spot-check_weight_red-flag-prone': 'CareLoop choice: where danger is frequent a call left out costs most',
  'spot-check_short-call-seconds': 'CareLoop choice: the script of level 1 alone takes about 20 seconds',
  'spot-check_repeat-times':
    'CareLoop choice: people who recover well do answer alike; five times in a month stands out',
  'spot-check_red-flag-rate':
    'CareLoop choice: diagnoses (ICD category) with a red flag in every tenth follow-up of the past year',
  'spot-check_due-days': 'CareLoop choice: memory of a call fades',
  'spot-check_day-tolerance': 'CareLoop choice: few remember the exact day',
  'spot-check_disagree-fields':
    "CareLoop choice: one mismatch may be the patient's memory, two are a pattern; no call at all always disagrees",
  'head-check_due-day': 'CareLoop choice: late results of the month before are in, the month is still young',
  'head-check_sample': 'CareLoop choice: as many as one reads',
  'spot-check_appeal-days': 'CareLoop choice: a week to look it up',
  'spot-check_score-minimum': 'CareLoop choice: below five the 95 % interval spans half the scale and more',
  'appointment_horizon-days': 'CareLoop choice: sessions are made and booked so far ahead',
  'appointment_hold-minutes': 'CareLoop choice: long enough to agree on a time by phone',
  appointment_holds: 'CareLoop choice: what one person may hold at a time',
  'appointment_offer-minutes':
    'CareLoop choice: for the answer to an offered slot, counted within the hours in which people may be written to',
  'appointment_cancel-hours':
    'CareLoop choice: until when people may cancel by themselves; afterwards they call',
  'appointment_red-flag-days':
    'CareLoop choice: within which a red flag of a follow-up keeps an urgent slot; 0: it keeps none',
  'appointment_red-flag-hours': 'CareLoop choice: how long that slot is kept for the doctor who calls',
  'appointment_real-name':
    'Real-name registration (Ministry of Health, 2009, No. 95): an identity number before booking by web or phone',
  'appointment_per-day':
    'CareLoop choice: of one person in one department on one day, a common rule of hospitals',
  'appointment_no-show-rule': 'Published rules of hospitals and of the Beijing 114 platform, see the guide',
  'appointment_no-show-late-minutes': 'Beijing 114; for the own rule',
  'appointment_no-show-count': 'Beijing 114; for the own rule',
  'appointment_no-show-window-months': 'Beijing 114; for the own rule',
  'appointment_no-show-restrict-months': 'Beijing 114; for the own rule',
  'appointment_no-show-cut-off':
    'Common rule: what the patient cancels later counts as missed; for the own rule',
  appointment_open: 'CareLoop choice: of one person at a time',
  'appointment_remind-more-above':
    'CareLoop choice: a call the day before where about every third such patient would not come; below that most calls would be for nothing',
  'appointment_overbook-share':
    'CareLoop choice: 0: places above those of a session are as its schedule says; above 0: at most this share of its places, and no more than are expected not to come',
  voice_enabled: 'CareLoop choice: a site switches the machine on once its telephone system is connected',
  voice_hours_from: 'CareLoop choice: within the hours in which patients are called',
  voice_hours_to: 'CareLoop choice: within the hours in which patients are called',
  voice_lines: 'CareLoop choice: calls at once; no more than the trunk carries',
  voice_tries: 'CareLoop choice: then people call, who keep at least one attempt of the ladder',
  'voice_ring-seconds': 'CareLoop choice: about seven rings',
  'voice_wait-seconds': 'CareLoop choice: older people look for the key',
  'voice_identity-tries': 'CareLoop choice: a year of birth cannot be guessed in three',
  'voice_question-tries': 'CareLoop choice: wrong keys and silences in a row',
  voice_languages: 'CareLoop choice: asked for by a key when there are several',
  'voice_hand-over': 'CareLoop choice: zero for a person reaches a queue of agents; else somebody calls back',
  voice_agents:
    'CareLoop choice: who takes calls that are handed over, where the telephone system does not say',
  voice_abandonment: 'Ofcom, Statement of policy on persistent misuse (2010): abandoned calls at most 3 %',
  voice_engine: 'CareLoop choice: eSpeak NG speaks Mandarin plainly and needs nothing else',
  'voice_engine-url':
    'CareLoop choice: an engine on the premises; POST { text, language } answers a WAV file',
  voice_recogniser: 'CareLoop choice: keys are understood by everybody; a site connects an engine of its own',
  'voice_recogniser-url':
    'CareLoop choice: an engine on the premises; streamed sound over ws://, one WAV file for each utterance over http://',
  'voice_speech-confidence':
    'CareLoop choice: below it a key is asked for; engines differ, so a site measures its own',
  'voice_speech-sure':
    'CareLoop choice: for the year of birth, and where a wrong word would hide something dangerous',
  call_hours_from: 'CareLoop choice: from when somebody answers the telephone',
  call_hours_to: 'CareLoop choice: until when somebody answers the telephone',
  'call_call-back-minutes':
    'CareLoop choice: within which a missed call is called back, counted within these hours',
  'call_answer-seconds': 'Common target of call centres: 80 % of calls answered within 20 seconds (custom)',
  'call_answer-percent': 'Common target of call centres: 80 % of calls answered within 20 seconds (custom)',
  'call_wrap-up-seconds':
    'CareLoop choice: for so long agents get no further call from the queue after one, unless they have written it up; 0: they say so themselves',
  'call_shrinkage-percent':
    'Common planning value of call centres: a third of paid time goes to breaks, training and absence (custom)',
  'call_first-contact-days':
    'CareLoop choice: who does not turn to us again within these days was helped at the first contact',
  'call_reviews-per-week':
    'CareLoop choice: calls of each agent that are drawn for scoring every week; 0 for none',
  'call_review-seconds': 'CareLoop choice: a shorter call has nothing to score',
  'call_short-abandon-seconds':
    'CareLoop choice: who hangs up sooner dialled a wrong number and does not count as abandoned',
  'appointment_web-open': 'CareLoop choice: a family that shares a telephone',
  'appointment_web-codes-phone': 'CareLoop choice: nobody needs more short messages',
  'appointment_web-codes-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'appointment_web-codes-all': 'CareLoop choice: more than people do, less than bots try',
  'appointment_web-searches-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'appointment_web-searches-all': 'CareLoop choice: more than people do, less than bots try',
  'appointment_web-holds-phone': 'CareLoop choice: looking at some times before taking one',
  'appointment_web-holds-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'appointment_web-holds-all': 'CareLoop choice: more than people do, less than bots try',
  'appointment_web-bookings-phone': 'CareLoop choice: a family that shares a telephone',
  'appointment_web-bookings-address':
    'CareLoop choice: a network (/24, /64) of a mobile provider is shared by many people',
  'appointment_web-bookings-all': 'CareLoop choice: more than people do, less than bots try',
  'visit_radius-km': '96120 call-centre report: home visits over a 300 km radius',
  visit_detour:
    'Road over great-circle distance in China: 1.33 (Ballou et al. 2002, Transportation Research A 36: 843–848)',
  visit_speed_town: 'Our default: town traffic on the first km of each leg',
  visit_speed_road: 'Our default: country and trunk roads beyond',
  'visit_speed_town-km': 'Our default: how far town traffic reaches',
  visit_minutes: 'At the door, without the way (common practice)',
  visit_day_from: 'Our default: leaving the hospital',
  visit_day_to: 'Our default: back at the hospital',
  'visit_per-day': 'Our default: a day of 40-minute visits in town has room for eight',
  'visit_cost_per-km': 'Our default: fuel, wear and insurance of a small car; put in your own',
  'visit_cost_staff-hour': 'Our default: each member of the team; put in your own',
  figure_target_coverage: '96120 call-centre report: coverage 100 %',
  figure_target_timeliness: 'CareLoop choice',
  figure_target_reach: 'CareLoop choice',
  'match_review-from': 'CareLoop choice; on FEBRL test registers F is highest between 0.1 and 0.5',
  'match_link-sure': 'CareLoop choice: two persons in one record are a danger, so a human decides',
  provenance_name:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_sex:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_birthDate:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_maritalStatus:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_language:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_address:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_deceased:
    'CareLoop choice: the newest statement counts by its own time; a correction by staff holds until a source says something new',
  provenance_trusted:
    'CareLoop choice: such as hl7:HIS/NH, fhir; for one field: address = portal, hl7:HIS/NH',
  completeness_phone: 'CareLoop choice: follow-up is a call: without a working telephone there is none',
  completeness_name: 'CareLoop choice: whom to ask for',
  completeness_birthDate:
    'CareLoop choice: tells namesakes apart on the telephone; age decides about many pathways',
  completeness_identity: 'CareLoop choice: ties records of several hospitals to one person',
  completeness_address: 'CareLoop choice: home visits of level 3, and letters',
  completeness_contact: 'CareLoop choice: whom to call when the person cannot be reached',
  completeness_sex: 'CareLoop choice: decides about some pathways and questions',
  completeness_email: 'CareLoop choice: one may write where one cannot call; few give one',
}
