namespace Pve.Migration.Testing.Guest;

/// <summary>Writes the guest's program: from the BIOS to a protected-mode loop that ticks 1000 times a second.</summary>
/// <remarks>Registers that live through the loop: ebp = the state page, edi = the pen (the next page to write).</remarks>
internal static class HeartbeatSector
{
    public const int Size = 512;
    public const int StateAddress = 0x1F_F000;
    public const int SpanAddress = 0x20_0000;
    public const int PageSize = 4096;

    // the PIT counts 1193182 times a second
    private const int PitDivisor = 1193;
    private const int Origin = 0x7C00;
    private const int TimerVector = 0x20;
    private const int FlatCode = 0x08;
    private const int FlatData = 0x10;

    public static byte[] Build(int pages, int pagesPerTick, int diskSectors)
    {
        var code = new SectorAssembler(Origin);
        EnterProtectedMode(code);
        PrepareSerialPort(code);
        PrepareInterrupts(code);
        FillOnce(code, pages);
        StartTimer(code);
        TickForEver(code, pagesPerTick, diskSectors > 0);
        TimerInterrupt(code);
        PutByte(code);
        WritePages(code, pages);
        if (diskSectors > 0)
        {
            WriteSector(code, diskSectors);
        }

        Tables(code);
        var sector = code.Build(Size);
        sector[510] = 0x55;
        sector[511] = 0xAA;
        return sector;
    }

    private static void EnterProtectedMode(SectorAssembler code) => code
        .Emit(0xFA)                                             // cli
        .Emit(0x31, 0xC0)                                       // xor ax, ax
        .Emit(0x8E, 0xD8)                                       // mov ds, ax
        .Emit(0xE4, 0x92)                                       // in al, 0x92
        .Emit(0x0C, 0x02)                                       // or al, 2         ; A20 on
        .Emit(0x24, 0xFE)                                       // and al, 0xfe     ; bit 0 would reset
        .Emit(0xE6, 0x92)                                       // out 0x92, al
        .Emit(0x0F, 0x01, 0x16).Absolute16("gdtr")              // lgdt [gdtr]
        .Emit(0x0F, 0x01, 0x1E).Absolute16("idtr")              // lidt [idtr]
        .Emit(0x0F, 0x20, 0xC0)                                 // mov eax, cr0
        .Emit(0x0C, 0x01)                                       // or al, 1         ; PE
        .Emit(0x0F, 0x22, 0xC0)                                 // mov cr0, eax
        .Emit(0xEA).Absolute16("flat").Word(FlatCode)           // jmp 0x08:flat
        .Label("flat")                                          // from here 32 bits
        .Emit(0xB8).Dword(FlatData)                             // mov eax, 0x10
        .Emit(0x8E, 0xD8)                                       // mov ds, eax
        .Emit(0x8E, 0xC0)                                       // mov es, eax
        .Emit(0x8E, 0xD0)                                       // mov ss, eax
        .Emit(0xBC).Dword(Origin)                               // mov esp, 0x7c00
        .Emit(0xFC);                                            // cld

    // Without its FIFO the port holds one byte at most: what waits is never more than a migration carries.
    private static void PrepareSerialPort(SectorAssembler code) => code
        .Emit(0x31, 0xC0)                                       // xor eax, eax
        .Emit(0xBA).Dword(0x3F9)                                // mov edx, 0x3f9
        .Emit(0xEE)                                             // out dx, al       ; IER: no interrupts
        .Emit(0x42)                                             // inc edx
        .Emit(0xEE)                                             // out dx, al       ; FCR: no FIFO
        .Emit(0x42)                                             // inc edx
        .Emit(0xB0, 0x03)                                       // mov al, 3
        .Emit(0xEE);                                            // out dx, al       ; LCR: 8 bits, no parity, 1 stop

    private static void PrepareInterrupts(SectorAssembler code) => code
        .Emit(0xB0, 0x11)                                       // mov al, 0x11     ; ICW1: edge, cascade, ICW4 follows
        .Emit(0xE6, 0x20)                                       // out 0x20, al
        .Emit(0xB0, TimerVector)                                // mov al, 0x20     ; ICW2: IRQ 0 is vector 0x20
        .Emit(0xE6, 0x21)                                       // out 0x21, al
        .Emit(0xB0, 0x04)                                       // mov al, 4        ; ICW3: the slave is on IRQ 2
        .Emit(0xE6, 0x21)                                       // out 0x21, al
        .Emit(0xB0, 0x01)                                       // mov al, 1        ; ICW4: 8086
        .Emit(0xE6, 0x21)                                       // out 0x21, al
        .Emit(0xB0, 0xFE)                                       // mov al, 0xfe     ; OCW1: the timer and nothing else
        .Emit(0xE6, 0x21);                                      // out 0x21, al

    private static void FillOnce(SectorAssembler code, int pages) => code
        .Emit(0xBD).Dword(StateAddress)                         // mov ebp, state
        .Emit(0xBF).Dword(SpanAddress)                          // mov edi, span
        .Emit(0x31, 0xC0)                                       // xor eax, eax
        .Emit(0x89, 0x45, 0x00)                                 // mov [ebp+0], eax ; tick
        .Emit(0x89, 0x45, 0x04)                                 // mov [ebp+4], eax ; W
        .Emit(0xBE).Dword(pages)                                // mov esi, P
        .Emit(0xE8).Relative32("pages");                        // call pages

    private static void StartTimer(SectorAssembler code) => code
        .Emit(0xB0, 0x34)                                       // mov al, 0x34     ; channel 0, low then high, mode 2
        .Emit(0xE6, 0x43)                                       // out 0x43, al
        .Emit(0xB0, PitDivisor & 0xFF)                          // mov al, low
        .Emit(0xE6, 0x40)                                       // out 0x40, al
        .Emit(0xB0, PitDivisor >> 8)                            // mov al, high
        .Emit(0xE6, 0x40);                                      // out 0x40, al

    // sti takes effect after hlt has begun, so no tick slips between the two
    private static void TickForEver(SectorAssembler code, int pagesPerTick, bool writesDisk) => CallIf(writesDisk, "sector", code
        .Label("tick")
        .Emit(0xFB)                                             // sti
        .Emit(0xF4)                                             // hlt
        .Emit(0xFA)                                             // cli
        .Emit(0xFF, 0x45, 0x00)                                 // inc dword [ebp+0]
        .Emit(0x8B, 0x5D, 0x00)                                 // mov ebx, [ebp+0]
        .Emit(0xB9).Dword(8)                                    // mov ecx, 8
        .Label("digit")
        .Emit(0xC1, 0xC3, 0x04)                                 // rol ebx, 4
        .Emit(0x88, 0xD8)                                       // mov al, bl
        .Emit(0x24, 0x0F)                                       // and al, 0x0f
        .Emit(0x04, (byte)'0')                                  // add al, '0'
        .Emit(0x3C, (byte)'9')                                  // cmp al, '9'
        .Emit(0x76).Relative8("decimal")                        // jbe decimal
        .Emit(0x04, 'a' - '9' - 1)                              // add al, 'a' - '9' - 1
        .Label("decimal")
        .Emit(0xE8).Relative32("put")                           // call put
        .Emit(0xE2).Relative8("digit")                          // loop digit
        .Emit(0xB0, (byte)'\n')                                 // mov al, '\n'
        .Emit(0xE8).Relative32("put")                           // call put
        .Emit(0xBE).Dword(pagesPerTick)                         // mov esi, K
        .Emit(0xE8).Relative32("pages"))                        // call pages
        .Emit(0xE9).Relative32("tick");                         // jmp tick

    private static SectorAssembler CallIf(bool condition, string label, SectorAssembler code)
        => condition ? code.Emit(0xE8).Relative32(label) : code;    // call label

    private static void TimerInterrupt(SectorAssembler code) => code
        .Label("timer")
        .Emit(0x50)                                             // push eax
        .Emit(0xB0, 0x20)                                       // mov al, 0x20
        .Emit(0xE6, 0x20)                                       // out 0x20, al     ; end of interrupt
        .Emit(0x58)                                             // pop eax
        .Emit(0xCF);                                            // iretd

    // al goes out once the port is empty altogether, the shift register too: no byte is ever overwritten
    private static void PutByte(SectorAssembler code) => code
        .Label("put")
        .Emit(0x88, 0xC4)                                       // mov ah, al
        .Emit(0xBA).Dword(0x3FD)                                // mov edx, 0x3fd   ; LSR
        .Label("busy")
        .Emit(0xEC)                                             // in al, dx
        .Emit(0x24, 0x60)                                       // and al, 0x60     ; THRE, TEMT
        .Emit(0x3C, 0x60)                                       // cmp al, 0x60
        .Emit(0x75).Relative8("busy")                           // jne busy
        .Emit(0x88, 0xE0)                                       // mov al, ah
        .Emit(0xB2, 0xF8)                                       // mov dl, 0xf8     ; THR
        .Emit(0xEE)                                             // out dx, al
        .Emit(0xC3);                                            // ret

    // esi pages with the numbers W+1, W+2, ...; W is stored once its page is whole
    private static void WritePages(SectorAssembler code, int pages) => code
        .Label("pages")
        .Emit(0x85, 0xF6)                                       // test esi, esi
        .Emit(0x74).Relative8("written")                        // jz written
        .Label("page")
        .Emit(0x8B, 0x45, 0x04)                                 // mov eax, [ebp+4]
        .Emit(0x40)                                             // inc eax
        .Emit(0xB9).Dword(PageSize / 4)                         // mov ecx, 1024
        .Emit(0xF3, 0xAB)                                       // rep stosd
        .Emit(0x89, 0x45, 0x04)                                 // mov [ebp+4], eax
        .Emit(0x81, 0xFF).Dword(SpanAddress + ((long)pages * PageSize)) // cmp edi, end
        .Emit(0x72).Relative8("more")                           // jb more
        .Emit(0xBF).Dword(SpanAddress)                          // mov edi, span
        .Label("more")
        .Emit(0x4E)                                             // dec esi
        .Emit(0x75).Relative8("page")                           // jnz page
        .Label("written")
        .Emit(0xC3);                                            // ret

    // Sector (tick mod N) of the first IDE disk gets the beginning of the state page; the next tick comes once the disk has taken it.
    private static void WriteSector(SectorAssembler code, int sectors) => code
        .Label("sector")
        .Emit(0x8B, 0x45, 0x00)                                 // mov eax, [ebp+0]
        .Emit(0x25).Dword(sectors - 1)                          // and eax, N - 1
        .Emit(0xBA).Dword(0x1F2)                                // mov edx, 0x1f2   ; count
        .Emit(0x50)                                             // push eax
        .Emit(0xB0, 1)                                          // mov al, 1
        .Emit(0xEE)                                             // out dx, al
        .Emit(0x58)                                             // pop eax
        .Emit(0x42)                                             // inc edx          ; LBA 0 to 7
        .Emit(0xEE)                                             // out dx, al
        .Emit(0xC1, 0xE8, 8)                                    // shr eax, 8
        .Emit(0x42)                                             // inc edx          ; LBA 8 to 15
        .Emit(0xEE)                                             // out dx, al
        .Emit(0xC1, 0xE8, 8)                                    // shr eax, 8
        .Emit(0x42)                                             // inc edx          ; LBA 16 to 23
        .Emit(0xEE)                                             // out dx, al
        .Emit(0xB0, 0xE0)                                       // mov al, 0xe0
        .Emit(0x42)                                             // inc edx          ; LBA mode, master
        .Emit(0xEE)                                             // out dx, al
        .Emit(0xB0, 0x30)                                       // mov al, 0x30
        .Emit(0x42)                                             // inc edx          ; write sectors
        .Emit(0xEE)                                             // out dx, al
        .Label("wanting")
        .Emit(0xEC)                                             // in al, dx
        .Emit(0xA8, 0x08)                                       // test al, 8       ; DRQ
        .Emit(0x74).Relative8("wanting")                        // jz wanting
        .Emit(0xB2, 0xF0)                                       // mov dl, 0xf0     ; data
        .Emit(0x89, 0xEE)                                       // mov esi, ebp
        .Emit(0xB9).Dword(256)                                  // mov ecx, 256
        .Emit(0x66, 0xF3, 0x6F)                                 // rep outsw
        .Emit(0xB2, 0xF7)                                       // mov dl, 0xf7     ; status
        .Label("writing")
        .Emit(0xEC)                                             // in al, dx
        .Emit(0xA8, 0x80)                                       // test al, 0x80    ; BSY
        .Emit(0x75).Relative8("writing")                        // jnz writing
        .Emit(0xC3);                                            // ret

    // One gate is all the IDT there is: its base lies so far below that the gate is number 0x20.
    private static void Tables(SectorAssembler code) => code
        .Label("gdt")
        .Dword(0).Dword(0)                                      // 0x00: null
        .Dword(0x0000_FFFF).Dword(0x00CF_9A00)                  // 0x08: code, 4 GiB, 32 bits
        .Dword(0x0000_FFFF).Dword(0x00CF_9200)                  // 0x10: data, 4 GiB
        .Label("gdtr")
        .Word((3 * 8) - 1).Absolute32("gdt")
        .Label("gate")
        .Absolute16("timer").Word(FlatCode).Word(0x8E00).Word(0) // 0x20: 32-bit interrupt gate
        .Label("idtr")
        .Word(((TimerVector + 1) * 8) - 1).Absolute32("gate", -TimerVector * 8);
}
