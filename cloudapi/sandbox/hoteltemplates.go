package sandbox

import "strings"

// hotelTemplates are the hotel's message templates: positional and named, every kind of header and button, and some
// that cannot be sent.
func hotelTemplates() []Template {
	quick := func(titles ...string) Component {
		c := Component{Type: "BUTTONS"}
		for _, t := range titles {
			c.Buttons = append(c.Buttons, TemplateButton{Type: "QUICK_REPLY", Text: t})
		}
		return c
	}
	footer := Component{Type: "FOOTER", Text: "Hotel Mirador · front desk"}
	return []Template{
		{Name: "booking_confirmation", Language: "en", ParameterFormat: "NAMED", Components: []Component{
			{Type: "HEADER", Format: "TEXT", Text: "Welcome, {{guest_name}}", Example: named("header_text_named_params", "guest_name", "Asha")},
			{Type: "BODY", Text: "Your room {{room}} is booked from {{arrival}} to {{departure}}. Breakfast is included.",
				Example: named("body_text_named_params", "room", "204", "arrival", "12 May", "departure", "15 May")},
			footer, quick("All correct", "I need a change")}},
		{Name: "booking_confirmation", Language: "hi", Components: []Component{
			text("नमस्ते {{1}}, आपका कमरा {{2}} {{3}} से बुक है। नाश्ता शामिल है।", "आशा", "204", "12 मई"), quick("सब ठीक है", "बदलाव चाहिए")}},
		{Name: "booking_confirmation", Language: "pt_BR", Components: []Component{
			text("Olá {{1}}, seu quarto {{2}} está reservado a partir de {{3}}. O café da manhã está incluído.", "João", "118", "12 de maio"),
			quick("Tudo certo", "Preciso mudar")}},
		{Name: "lost_item_found", Language: "en", Components: []Component{
			text("Hello {{1}}, we found your {{2}} and keep it safe at the front desk. What shall we do with it?", "Maya", "grey scarf"),
			footer, quick("Send it to me", "I will collect it")}},
		{Name: "checkin_reminder", Language: "en", Components: []Component{
			{Type: "HEADER", Format: "IMAGE", Example: handle("room.jpg")},
			text("Hi {{1}}, check-in opens tomorrow at {{2}}. Fill in the form ahead and skip the queue.", "Noah", "14:00"),
			{Type: "BUTTONS", Buttons: []TemplateButton{
				{Type: "URL", Text: "Check in online", URL: "https://mirador.example/checkin/{{1}}", Example: []string{"https://mirador.example/checkin/204"}},
				{Type: "PHONE_NUMBER", Text: "Call the desk", Phone: "+15550100001"}}}}},
		{Name: "checkin_reminder", Language: "ar", Components: []Component{
			text("مرحباً {{1}}، يبدأ تسجيل الوصول غداً الساعة {{2}}. نراكم قريباً.", "ليلى", "14:00"), quick("سأصل في الموعد", "سأتأخر")}},
		{Name: "checkin_reminder", Language: "id", Components: []Component{
			text("Halo {{1}}, check-in mulai besok pukul {{2}}. Sampai jumpa di resepsionis.", "Dewi", "14:00"), quick("Siap", "Saya terlambat")}},
		{Name: "invoice_ready", Language: "en", Components: []Component{
			{Type: "HEADER", Format: "DOCUMENT", Example: handle("invoice.pdf")},
			text("Dear {{1}}, here is the invoice for room {{2}}. Thank you for staying with us.", "Noah", "118")}},
		{Name: "invoice_ready", Language: "pt_BR", Components: []Component{
			{Type: "HEADER", Format: "DOCUMENT", Example: handle("nota.pdf")},
			text("Olá {{1}}, segue a nota fiscal do quarto {{2}}. Obrigado pela estadia.", "João", "118")}},
		{Name: "airport_pickup", Language: "en", ParameterFormat: "NAMED", Components: []Component{
			{Type: "HEADER", Format: "LOCATION"},
			{Type: "BODY", Text: "Hello {{guest_name}}, your driver {{driver}} waits at this place from {{time}} on.",
				Example: named("body_text_named_params", "guest_name", "Olivia", "driver", "Ravi", "time", "21:40")},
			quick("Thank you", "My flight is late")}},
		{Name: "late_arrival", Language: "ar", Components: []Component{
			text("مرحباً {{1}}، مكتب الاستقبال الليلي بانتظارك. يرجى قرع الجرس عند الباب الجانبي.", "ليلى"), quick("حسناً")}},
		{Name: "room_tour", Language: "en", Category: "MARKETING", Components: []Component{
			{Type: "HEADER", Format: "VIDEO", Example: handle("tour.mp4")},
			{Type: "BODY", Text: "Take a look around our sea-view rooms before you choose."},
			{Type: "BUTTONS", Buttons: []TemplateButton{{Type: "URL", Text: "All rooms", URL: "https://mirador.example/rooms"}}}}},
		{Name: "breakfast_voucher", Language: "id", Category: "MARKETING", Components: []Component{
			text("Selamat pagi {{1}}, nikmati sarapan gratis dengan kode ini.", "Dewi"),
			{Type: "BUTTONS", Buttons: []TemplateButton{{Type: "COPY_CODE", Example: []string{"PAGI2026"}}}}}},
		{Name: "stay_feedback", Language: "hi", Components: []Component{
			text("नमस्ते {{1}} जी, आपका प्रवास कैसा रहा? हमें जानकर खुशी होगी।", "आशा"), quick("बहुत अच्छा 😊", "ठीक-ठाक", "अच्छा नहीं")}},
		{Name: "weekend_escape", Language: "en", Category: "MARKETING", Components: []Component{
			text("Hi {{1}}, three nights for the price of two until Sunday.", "Olivia"), quick("Tell me more", "Stop offers")}},
		{Name: "summer_offer", Language: "en", Category: "MARKETING", Status: "PAUSED", Components: []Component{
			text("Summer is here, {{1}}: 20 % off every room.", "Olivia")}},
		{Name: "summer_offer", Language: "hi", Category: "MARKETING", Status: "REJECTED", RejectedReason: "INCORRECT_CATEGORY", Components: []Component{
			text("गर्मी की छूट, {{1}}: हर कमरे पर 20 %।", "आशा")}},
		{Name: "spa_week", Language: "pt_BR", Category: "MARKETING", Status: "PENDING", Components: []Component{
			text("Olá {{1}}, esta é a semana do spa.", "Beatriz")}},
	}
}

// text is a body with positional values and their examples.
func text(s string, examples ...string) Component {
	return Component{Type: "BODY", Text: s, Example: map[string]any{"body_text": [][]string{examples}}}
}

func named(key string, pairs ...string) map[string]any {
	var params []map[string]string
	for i := 0; i+1 < len(pairs); i += 2 {
		params = append(params, map[string]string{"param_name": pairs[i], "example": pairs[i+1]})
	}
	return map[string]any{key: params}
}

func handle(file string) map[string]any {
	return map[string]any{"header_handle": []string{"https://scontent.whatsapp.net/v/" + strings.ToLower(file)}}
}
