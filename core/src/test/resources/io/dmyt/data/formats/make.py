"""Writes small pictures of every kind, and expected.txt: the size and the SHA-256 of the RGB values that Pillow
reads: python3 make.py FOLDER (made with Pillow 9.4.0)."""
import hashlib, io, os, random, struct, sys
from PIL import Image
out=sys.argv[1]
random.seed(7)
W,H=13,9
rgb=Image.new("RGB",(W,H))
rgb.putdata([(x*19%256, y*28%256, (x*y*7+40)%256) for y in range(H) for x in range(W)])
L=rgb.convert("L"); P=rgb.quantize(17); one=rgb.convert("1"); 
rgba=rgb.copy(); rgba.putalpha(Image.frombytes("L",(W,H),bytes((x*20)%256 for y in range(H) for x in range(W))))
cmyk=Image.frombytes("CMYK",(W,H),bytes(random.randrange(256) for _ in range(4*W*H)))
i16=Image.frombytes("I;16",(W,H),struct.pack("<%dH"%(W*H),*[(i*37)%1000 if i%3 else i*500 for i in range(W*H)]))
la=L.copy().convert("LA"); la.putalpha(L)
def s(im,name,**k): im.save(out+"/"+name,**k)
for n,im in dict(one=one,grey=L,palette=P,rgb=rgb,rgba=rgba).items(): s(im,"bmp_%s.bmp"%n)
def bmp(name,bits,comp,data,w=W,h=H,masks=b"",pal=b""):
    off=14+40+len(masks)+len(pal)
    open(out+"/"+name,"wb").write(b"BM"+struct.pack("<IHHI",off+len(data),0,0,off)+struct.pack("<IiiHHIIiiII",40,w,h,1,bits,comp,len(data),0,0,len(pal)//4,0)+masks+pal+data)
row=lambda y:b"".join(struct.pack("<H",random.randrange(1<<15)) for x in range(W))+b"\0"*((-2*W)%4)
bmp("bmp_555.bmp",16,0,b"".join(row(y) for y in range(H)))
row=lambda y:b"".join(struct.pack("<H",random.randrange(1<<16)) for x in range(W))+b"\0"*((-2*W)%4)
bmp("bmp_565.bmp",16,3,b"".join(row(y) for y in range(H)),masks=struct.pack("<III",0xf800,0x7e0,0x1f))
row=lambda y:bytes(random.randrange(256) for x in range(3*W))+b"\0"*((-3*W)%4)
bmp("bmp_topdown.bmp",24,0,b"".join(row(y) for y in range(H)),h=-H)
pal=b"".join(bytes([i*15%256,i*33%256,i*77%256,0]) for i in range(16))
row=lambda y:bytes(random.randrange(256) for x in range((W+1)//2))+b"\0"*((-((W+1)//2))%4)
bmp("bmp_4.bmp",4,0,b"".join(row(y) for y in range(H)),pal=pal)
pal8=b"".join(bytes([i,255-i,i*7%256,0]) for i in range(256))
rle=b"".join(bytes([5,y*9,3,y*7+1,0,5,1,2,3,4,5,0])+b"\0\0" for y in range(H))+b"\0\1"
bmp("bmp_rle8.bmp",8,1,rle,pal=pal8)
s(P,"gif_palette.gif"); s(L,"gif_grey.gif"); s(P,"gif_interlaced.gif",interlace=1)
s(P,"gif_transparent.gif",transparency=3)
s(P,"gif_animated.gif",save_all=True,append_images=[L.convert("P"),P],duration=40)
# a frame smaller than its screen
def lzw(codes,size):
    # uncompressed codes with clears
    bits="";clear=1<<size
    n=0
    seq=[]
    for i,c in enumerate(codes):
        if i%((1<<size)-2)==0: seq.append(clear)
        seq.append(c)
    seq.append(clear+1)
    acc=0;nb=0;o=bytearray()
    for c in seq:
        acc|=c<<nb; nb+=size+1
        while nb>=8: o.append(acc&255); acc>>=8; nb-=8
    if nb: o.append(acc&255)
    r=bytes([size])
    for i in range(0,len(o),255): r+=bytes([len(o[i:i+255])])+bytes(o[i:i+255])
    return r+b"\0"
def gif(name,sw,sh,l,t,w,h,trans=None,local=False):
    pal=bytes((i*83+j*31)%256 for i in range(8) for j in range(3))
    pal2=bytes((i*23+j*91+5)%256 for i in range(8) for j in range(3))
    d=b"GIF89a"+struct.pack("<HHBBB",sw,sh,0x80|0x70|2,5,0)+pal
    if trans is not None: d+=b"\x21\xf9\x04"+bytes([1,0,0,trans])+b"\0"
    d+=b","+struct.pack("<HHHHB",l,t,w,h,(0x82 if local else 0))+(pal2 if local else b"")
    d+=lzw([random.randrange(8) for _ in range(w*h)],3)+b";"
    open(out+"/"+name,"wb").write(d)
gif("gif_offset.gif",13,9,3,2,6,5)
gif("gif_offset_transparent.gif",13,9,3,2,6,5,trans=4)
gif("gif_offset_local.gif",13,9,3,2,6,5,local=True)
gif("gif_beyond.gif",8,5,3,2,10,7)
for n,im in dict(one=one,grey=L,palette=P,rgb=rgb,rgba=rgba,cmyk=cmyk,grey16=i16,greyalpha=la).items():
    s(im,"tif_%s.tif"%n)
    if n in("rgb","palette","grey"):
        for c in("tiff_lzw","tiff_deflate","packbits","tiff_adobe_deflate"): s(im,"tif_%s_%s.tif"%(n,c),compression=c)
s(one,"tif_one_g4.tif",compression="group4"); s(rgb,"tif_rgb_jpeg.tif",compression="jpeg",quality=95)
s(rgb,"tif_pages.tif",save_all=True,append_images=[L,rgba])
def tif(name,photometric,spp,bits,data,extra=None,big=False):
    e=">" if big else "<"
    tags=[(256,3,1,W),(257,3,1,H),(258,3,spp,None),(259,3,1,1),(262,3,1,photometric),(273,4,1,None),(277,3,1,spp),(278,3,1,H),(279,4,1,len(data))]
    if extra is not None: tags.append((338,3,1,extra))
    n=len(tags); base=8+2+12*n+4; bitsoff=base; dataoff=base+2*spp+(2*spp)%4
    b=(b"MM\0*" if big else b"II*\0")+struct.pack(e+"I",8)+struct.pack(e+"H",n)
    for t,ty,c,v in tags:
        if t==258:
            v=bitsoff if spp>2 else None
            if v is None: b+=struct.pack(e+"HHI",t,ty,c)+struct.pack(e+"HH",bits,bits if spp>1 else 0); continue
            b+=struct.pack(e+"HHII",t,ty,c,v); continue
        if t==273: v=dataoff
        b+=struct.pack(e+"HHI",t,ty,c)+(struct.pack(e+"HH",v,0) if ty==3 else struct.pack(e+"I",v))
    b+=struct.pack(e+"I",0)+struct.pack(e+"H"*spp,*[bits]*spp); b=b.ljust(dataoff,b"\0")+data
    open(out+"/"+name,"wb").write(b)
R=lambda n:bytes(random.randrange(256) for _ in range(n))
tif("tif_whiteiszero.tif",0,1,8,R(W*H)); tif("tif_big.tif",2,3,8,R(3*W*H),big=True)
tif("tif_rgb16.tif",2,3,16,R(6*W*H)); tif("tif_rgb16big.tif",2,3,16,R(6*W*H),big=True)
tif("tif_premultiplied.tif",2,4,8,bytes(min(v,a) for i in range(W*H) for a in[random.randrange(256)] for v in[random.randrange(256) for _ in range(3)]+[a]),extra=1)
tif("tif_rgbx.tif",2,4,8,R(4*W*H),extra=0)
tif("tif_grey16big.tif",1,1,16,R(2*W*H),big=True)
s(rgb,"webp_lossless.webp",lossless=True); s(rgba,"webp_alpha.webp",lossless=True,exact=True); s(rgb.resize((64,48)),"webp_lossy.webp")
s(rgb.resize((64,48)),"jpg.jfif",format="JPEG",quality=95); s(L.resize((64,48)),"jpg_grey.jpe",format="JPEG")
# two parts of a profile with the same number
b=io.BytesIO(); cmyk.resize((40,30)).save(b,format="JPEG",quality=95); d=b.getvalue()
part=b"\xff\xe2"+struct.pack(">H",2+14+4)+b"ICC_PROFILE\0\x01\x02abcd"
open(out+"/jpg_cmyk_bad_profile.jpg","wb").write(d[:2]+part+part+d[2:])
with open(out+"/expected.txt","w") as expected:
    for f in sorted(os.listdir(out)):
        if not f.endswith((".py",".md",".txt")):
            im=Image.open(out+"/"+f).convert("RGB")
            expected.write("%s %d %d %s\n"%(f,*im.size,hashlib.sha256(im.tobytes()).hexdigest()))
